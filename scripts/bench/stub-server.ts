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
const missed = new Set<string>();

function keyOf(call: string, path: string): string {
  const known = keys.get(`${call} ${path}`);
  if (known !== undefined) return known;
  const key = callKey(call, path);
  if (keys.size < 10_000) keys.set(`${call} ${path}`, key);
  return key;
}

/** A stored file is answered with the id it was sent with, since that is checked; all ids of files are of one length. */
function aboutFile(answer: Buffer, sent: Buffer): Buffer {
  const id = /name="fileId"\r\n\r\n([\w-]+)/.exec(sent.toString('latin1', 0, 2000))?.[1] ?? '';
  return Buffer.from(answer.toString().replace(/"\$id":"[\w-]+"/, `"$id":"${id}"`));
}

const server = createServer((request, response) => {
  const key = keyOf(request.method ?? '', (request.url ?? '').replace(/^\/v1/, ''));
  const answer = answers.get(key);
  let start: Buffer | undefined;
  request.on('data', (chunk: Buffer) => {
    start ??= chunk;
  });
  request.on('end', () => {
    if (!answer) {
      if (!missed.has(key)) console.error(`no canned answer: ${key}`);
      missed.add(key);
      response.writeHead(500).end('{"message":"no canned answer","code":500,"type":"stub"}');
      return;
    }
    const bytes = start && key.startsWith('POST /storage') ? aboutFile(answer.bytes, start) : answer.bytes;
    response.writeHead(answer.status, answer.headers).end(bytes);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
