/**
 * Stands for Appwrite: answers each call with what a real one said to a call of the same shape. On bare sockets, since
 * whatever it takes its time for would be counted against those who are measured.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { callKey, decoded, type Plan } from '../plan.ts';
import { tellPort } from './tell-port.ts';

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = Buffer.from(`0${HEAD_END}`);

const plan: Plan = JSON.parse(readFileSync(process.env.BENCH_PLAN ?? '', 'utf8'));
const names = (process.env.BENCH_OPERATIONS ?? '').split(',');
const canned = names.flatMap((name) => Object.entries(plan.operations[name]?.answers ?? {}));
const answers = new Map(canned.map(([key, { status, type, body }]) => [key, spelled(status, type, decoded(body))]));
const answersByCall = new Map<string, Buffer>();

function spelled(status: number, type: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 ${status} OK\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}${HEAD_END}`;
  return Buffer.concat([Buffer.from(head), body]);
}

function answerTo(call: string): Buffer {
  const known = answersByCall.get(call);
  if (known) return known;
  const [method = '', path = ''] = call.split(' ');
  const key = callKey(method, path.replace(/^\/v1/, ''));
  const answer = answers.get(key);
  if (!answer) console.error(`no canned answer: ${key}`);
  const found = answer ?? spelled(500, 'application/json', Buffer.from('{"message":"no canned answer","type":"stub"}'));
  if (answersByCall.size < 10_000) answersByCall.set(call, found);
  return found;
}

/** A stored file is answered with the id it was sent with, since that is checked; all ids of files are of one length. */
function aboutFile(answer: Buffer, sent: Buffer): Buffer {
  const id = /name="fileId"\r\n\r\n([\w-]+)/.exec(sent.toString('latin1', 0, 4000))?.[1];
  return id === undefined ? answer : Buffer.from(answer.toString().replace(/"\$id":"[\w-]+"/, `"$id":"${id}"`));
}

/** One request after the other, as all clients here send them. Of a body only the length matters. */
function serve(socket: Socket): void {
  let start: Buffer = Buffer.alloc(0);
  let received = 0;
  let wanted: number | undefined;
  const isWhole = (chunk: Buffer) =>
    wanted === Number.POSITIVE_INFINITY ? chunk.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK) : received === wanted;
  socket.on('data', (chunk) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    received += bytes.length;
    if (wanted === undefined || start.length < 4000) start = start.length === 0 ? bytes : Buffer.concat([start, bytes]);
    wanted ??= lengthOf(start);
    if (wanted === undefined || !isWhole(bytes)) return;
    const call = start.toString('latin1', 0, start.indexOf(' HTTP/'));
    const answer = answerTo(call);
    socket.write(call.startsWith('POST /v1/storage') ? aboutFile(answer, start) : answer);
    [start, received, wanted] = [Buffer.alloc(0), 0, undefined];
  });
  socket.on('error', () => socket.destroy());
}

/** Bytes of a request with its head; undefined while the head is not whole, infinite when its end will tell. */
function lengthOf(start: Buffer): number | undefined {
  const headEnd = start.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = start.toString('latin1', 0, headEnd).toLowerCase();
  if (head.includes('transfer-encoding: chunked')) return Number.POSITIVE_INFINITY;
  return headEnd + HEAD_END.length + Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
}

tellPort(createServer({ noDelay: true }, serve));
