/** Stands for Appwrite: answers each call with what a real one said to a call of the same shape. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callKey, decoded, type Plan } from './plan.ts';

const plan: Plan = JSON.parse(readFileSync(process.env.BENCH_PLAN ?? '', 'utf8'));
const names = (process.env.BENCH_OPERATIONS ?? '').split(',');
const canned = names.flatMap((name) => Object.entries(plan.operations[name]?.answers ?? {}));
const answers = new Map(
  canned.map(([key, { status, type, body }]) => {
    const bytes = decoded(body);
    return [key, { status, bytes, headers: { 'content-type': type, 'content-length': bytes.length } }] as const;
  }),
);
const keys = new Map<string, string>();

function keyOf(call: string, path: string): string {
  const known = keys.get(`${call} ${path}`);
  if (known !== undefined) return known;
  const key = callKey(call, path);
  if (keys.size < 10_000) keys.set(`${call} ${path}`, key);
  return key;
}

const server = createServer((request, response) => {
  const key = keyOf(request.method ?? '', (request.url ?? '').replace(/^\/v1/, ''));
  const answer = answers.get(key);
  request.resume().on('end', () => {
    if (!answer) {
      console.error(`no canned answer: ${key}`);
      response.writeHead(500).end('{"message":"no canned answer","code":500,"type":"stub"}');
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.bytes);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
