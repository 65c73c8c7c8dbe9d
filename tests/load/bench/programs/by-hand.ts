import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import { HashPool } from '#shared/security/hash-pool.ts';
import { callKey, decoded, type Plan, type PlannedCall, type PlannedOperation } from '../plan.ts';
import { ANSWERS, type Rows } from './answers-by-hand.ts';

const agent = new http.Agent({ keepAlive: true });

/** `around`: of an upload, what stands before and after the picture, which is that of the request. */
type Prepared = { options: http.RequestOptions; body: Buffer; around?: [Buffer, Buffer] };
type Operation = { stages: Prepared[][]; status: number; answer(said: Rows[]): unknown };

/** The least that a server over node:http has to do for a request of the plan: its calls, reading what they say, its answer. */
export function playByHand(planFile: string, endpoint: string) {
  const plan: Plan = JSON.parse(readFileSync(planFile, 'utf8'));
  const { hostname, port } = new URL(endpoint);
  const operations = new Map<string, Operation>();
  const prepare = ({ method, path, type, body }: PlannedCall): Prepared => {
    const bytes = decoded(body);
    const headers: http.OutgoingHttpHeaders = { 'x-appwrite-key': plan.key, 'x-appwrite-project': plan.projectId };
    const options = { agent, hostname, port, method, path: `/v1${path}`, headers };
    if (bytes.length > 0) headers['content-type'] = type;
    if (!type.startsWith('multipart/')) return { options, body: bytes };
    const [start, end] = partOf(bytes, 'file');
    return { options, body: bytes, around: [bytes.subarray(0, start), bytes.subarray(end)] };
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
      said.push(...(await Promise.all(stage.map((prepared) => call(prepared, body)))));
      if (index === 0 && type.password) await pool.run({ password: type.password, hashes: [plan.login.hash] });
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

/** Where the content of a multipart form's part begins and ends. */
function partOf(form: Buffer, name: string): [start: number, end: number] {
  const boundary = form.subarray(0, form.indexOf('\r\n'));
  const start = form.indexOf('\r\n\r\n', form.indexOf(`name="${name}"`)) + 4;
  return [start, form.indexOf(boundary, start) - 2];
}

function call({ options, body, around }: Prepared, request: Buffer): Promise<Rows> {
  const parts = around ? [around[0], request.subarray(...partOf(request, 'image1')), around[1]] : [body];
  const chunks = parts.filter((part) => part.length > 0);
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return new Promise((resolve, reject) => {
    const headers = length > 0 ? { ...options.headers, 'content-length': length } : options.headers;
    const outgoing = http.request({ ...options, headers }, (incoming) => {
      const told: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => told.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve(JSON.parse(Buffer.concat(told).toString() || 'null')));
    });
    outgoing.on('error', reject);
    for (const chunk of chunks.slice(0, -1)) outgoing.write(chunk);
    outgoing.end(chunks.at(-1));
  });
}
