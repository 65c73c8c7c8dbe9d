import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callKey, type PlannedAnswer, type PlannedCall } from './plan.ts';

type Heard = PlannedCall & { key: string; from: number; to: number; answer: PlannedAnswer };

/** Answers are held back for so long, so that calls made side by side are seen to be. */
const APART_MS = 25;

/** Stands between functions and a real endpoint, passes everything on, and keeps what was said. */
export type Recorder = {
  endpoint: string;
  /** What was heard since the last time, as stages of calls side by side. */
  take(): { stages: PlannedCall[][]; answers: Record<string, PlannedAnswer> };
  close(): Promise<void>;
};

export async function startRecorder(endpoint: string): Promise<Recorder> {
  let heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const from = performance.now();
    const call = await callOf(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => !['host', 'connection', 'transfer-encoding', 'content-length'].includes(name),
      ),
    ) as Record<string, string>;
    const body = call.body === '' ? null : Buffer.from(call.body, 'base64');
    const passed = await fetch(`${endpoint}${call.path}`, { method: call.method, headers, body });
    const bytes = Buffer.from(await passed.arrayBuffer());
    const type = passed.headers.get('content-type') ?? 'application/json';
    const answer = { status: passed.status, type, body: bytes.toString('base64') };
    await new Promise((resolve) => setTimeout(resolve, APART_MS));
    heard.push({ ...call, key: callKey(call.method, call.path), from, to: performance.now(), answer });
    response.writeHead(passed.status, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    take() {
      const calls = heard.sort((a, b) => a.from - b.from);
      heard = [];
      return { stages: stagesOf(calls), answers: Object.fromEntries(calls.map(({ key, answer }) => [key, answer])) };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function callOf(request: IncomingMessage): Promise<PlannedCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const path = (request.url ?? '').replace(/^\/v1/, '');
  const type = request.headers['content-type'] ?? '';
  return { method: request.method ?? 'GET', path, type, body: Buffer.concat(chunks).toString('base64') };
}

/** A call that began after another of its stage had ended belongs to the next one. */
function stagesOf(calls: readonly Heard[]): PlannedCall[][] {
  const stages: PlannedCall[][] = [];
  let firstEnd = Number.NEGATIVE_INFINITY;
  for (const { method, path, type, body, from, to } of calls) {
    if (from > firstEnd) {
      stages.push([]);
      firstEnd = to;
    }
    stages.at(-1)?.push({ method, path, type, body });
    firstEnd = Math.min(firstEnd, to);
  }
  return stages;
}
