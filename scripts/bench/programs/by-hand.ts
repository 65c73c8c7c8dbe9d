import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import { HashPool } from '#shared/security/hash-pool.ts';
import { callKey, decoded, type Plan, type PlannedCall, type PlannedOperation } from '../plan.ts';
import { ANSWERS, type Rows } from './answers-by-hand.ts';

const agent = new http.Agent({ keepAlive: true });

type Prepared = { options: http.RequestOptions; body: Buffer };
type Operation = { stages: Prepared[][]; status: number; answer(said: Rows[]): unknown };

/** The least that a server has to do for each request of the plan: its calls, reading their answers, making its own. */
export function playByHand(planFile: string, endpoint: string) {
  const plan: Plan = JSON.parse(readFileSync(planFile, 'utf8'));
  const { hostname, port } = new URL(endpoint);
  const operations = new Map<string, Operation>();
  const prepare = ({ method, path, type, body }: PlannedCall): Prepared => {
    const bytes = decoded(body);
    const headers: http.OutgoingHttpHeaders = { 'x-appwrite-key': plan.key, 'x-appwrite-project': plan.projectId };
    if (bytes.length > 0) Object.assign(headers, { 'content-type': type, 'content-length': bytes.length });
    return { options: { agent, hostname, port, method, path: `/v1${path}`, headers }, body: bytes };
  };
  for (const [id, planned] of Object.entries(plan.operations)) {
    const stages = planned.stages.map((stage) => stage.map(prepare));
    // A refused login comes after the one that is measured.
    const name = nameOf(planned.request.method, planned.request.path);
    const answer = answerOf(id, planned);
    if (!operations.has(name)) operations.set(name, { stages, status: planned.status, answer });
  }
  const pool = new HashPool(2);

  return async (method: string, url: string, body: Buffer): Promise<{ status: number; text: string }> => {
    const operation = operations.get(nameOf(method, url));
    if (!operation) return { status: 404, text: '{}' };
    const type = body.length > 0 && body.length < 10_000 ? JSON.parse(body.toString()) : {};
    const said: Rows[] = [];
    for (const [index, stage] of operation.stages.entries()) {
      said.push(...(await Promise.all(stage.map(call))));
      if (index === 0 && type.password) await pool.run({ password: type.password, hash: plan.login.hash });
    }
    return { status: operation.status, text: JSON.stringify(operation.answer(said)) };
  };
}

/** Whoever makes an answer by hand must make the one that was recorded. */
function answerOf(id: string, { stages, answers, reply }: PlannedOperation): (said: Rows[]) => unknown {
  const recorded: unknown = JSON.parse(reply || 'null');
  const make = ANSWERS[id];
  if (!make) return () => recorded;
  const said = stages.flat().map((planned) => answers[callKey(planned.method, planned.path)]?.body ?? '');
  deepStrictEqual(make(said.map((body) => JSON.parse(decoded(body).toString()))), recorded);
  return make;
}

function nameOf(method: string, url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://here');
  return `${method} ${pathname} ${searchParams.has('id')}`;
}

function call({ options, body }: Prepared): Promise<Rows> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString() || 'null')));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
