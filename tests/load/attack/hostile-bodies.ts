import { readFile, rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { quantile } from '#tests/support/statistics.ts';
import { assertHolds, type Figures, tally } from './check.ts';
import { type GaugeReading, gaugeFile } from './gauge.ts';
import type { Sending } from './hostile-sender.ts';
import { type Read, readsUntil } from './read-latency.ts';
import { type AttackTarget, freshName } from './target.ts';

/** Below the 12 MiB (12,582,912 bytes) that Appwrite passes on at most. */
const LARGEST = 11_500_000;
/**
 * The number of large bodies that are sent at once beside one read; small ones are all sent at once. On two cores
 * Appwrite runs three executions of its domains at once: the last fifth of its 12 workers. It holds a body twice (the
 * chunks, then the whole) before it calls a function, so each of 11.5 MB takes 23 MB that no function can refuse.
 */
const LARGE_AT_ONCE = 2;
const MODEST = 1_000_000;
const JSON_TYPE = 'application/json';
const BOUNDARY = 'a-boundary';

/** A JSON object of about `bytes` bytes with as many unknown names as possible. */
function unknownNames(bytes: number): string {
  const members: string[] = [];
  for (let size = 1, count = 0; size < bytes - 12; count += 1) {
    const member = `"${count.toString(36)}":0`;
    members.push(member);
    size += member.length + 1;
  }
  return `{${members.join(',')}}`;
}

function formOf(content: string): string {
  const head = 'Content-Disposition: form-data; name="image1"; filename="a.jpg"\r\nContent-Type: image/jpeg';
  return `--${BOUNDARY}\r\n${head}\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`;
}

type HostileBody = {
  path: '/complain' | '/login';
  who: 'logged out' | 'logged in' | 'nobody';
  type: string;
  body(): string;
  /** The status that the answer must have. */
  status: number;
};

/** Bodies that are cheap to send and could be expensive to parse. */
export const HOSTILE_BODIES: Readonly<Record<string, HostileBody>> = {
  '11.5 MB of unknown names by somebody who is logged out': {
    path: '/complain',
    who: 'logged out',
    type: JSON_TYPE,
    body: () => unknownNames(LARGEST),
    status: 401,
  },
  '11.5 MB of unknown names': {
    path: '/complain',
    who: 'logged in',
    type: JSON_TYPE,
    body: () => unknownNames(LARGEST),
    status: 413,
  },
  'a title of 11.5 MB': {
    path: '/complain',
    who: 'logged in',
    type: JSON_TYPE,
    body: () => `{"title":"${'A'.repeat(LARGEST)}","description":"Dark."}`,
    status: 422,
  },
  'a title of 2 million escapes': {
    path: '/complain',
    who: 'logged in',
    type: JSON_TYPE,
    body: () => `{"title":"${'\\u0041'.repeat(LARGEST / 6)}","description":"Dark."}`,
    status: 413,
  },
  'a form full of line ends': {
    path: '/complain',
    who: 'logged in',
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    body: () => formOf('\r\n-'.repeat(LARGEST / 3)),
    status: 422,
  },
  '64 kB of unknown names to log in with': {
    path: '/login',
    who: 'nobody',
    type: JSON_TYPE,
    body: () => unknownNames(65_000),
    status: 413,
  },
  '64 kB of lists in lists to log in with': {
    path: '/login',
    who: 'nobody',
    type: JSON_TYPE,
    body: () => `${'['.repeat(32_000)}${']'.repeat(32_000)}`,
    status: 413,
  },
};

/** Settings of a function with a heap of 256 MB that reports what it uses (gauge.ts). */
export const GAUGE_SETTINGS = {
  NODE_OPTIONS: `--max-old-space-size=256 --import ${new URL('gauge.ts', import.meta.url)}`,
};

/** What a function's process has used since the last call. */
async function readGauge(target: AttackTarget, functionId: string): Promise<GaugeReading> {
  const pid = await target.processOf(functionId);
  assertHolds(pid !== undefined, `no process of ${functionId}`);
  const file = gaugeFile(pid);
  await rm(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (let waited = 0; waited < 20_000; waited += 20) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return rm(file).then(() => JSON.parse(text));
    await setTimeout(20);
  }
  throw new Error('the function is not gauged');
}

/** Sends in a thread of its own; resolves to the statuses, 0 for a cut connection. */
function sendFromWorker(sending: Sending): Promise<{ status: number }[]> {
  const worker = new Worker(new URL('hostile-sender.ts', import.meta.url), { workerData: sending });
  const statuses: { status: number }[] = [];
  worker.on('message', (status: number) => statuses.push({ status }));
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve(statuses));
  });
}

const rounded = (value: number) => Math.round(value * 10) / 10;

async function headersFor(target: AttackTarget, { who, type }: HostileBody): Promise<Record<string, string>> {
  if (who === 'nobody') return { 'content-type': type };
  const name = freshName();
  const token = await target.token(name);
  const headers = { TOKEN: token, USERNAME: name, 'content-type': type };
  if (who === 'logged out') await target.send('POST', '/logout', { headers: { TOKEN: token } });
  return headers;
}

/**
 * S1: sends hostile bodies while one client reads from the same function, one request after the other, and compares
 * these reads with reads before the attack. The function has 256 MB of heap and reports how long its event loop was
 * blocked and what a body costs.
 */
export async function sendHostileBodies(target: AttackTarget, what: string, requests: number): Promise<Figures> {
  const kind = HOSTILE_BODIES[what];
  if (!kind) throw new Error(`no body ${what}`);
  const { path } = kind;
  const functionId = path === '/login' ? 'auth' : 'complaints';
  const read: Read = path === '/login' ? { path, status: 405 } : { path, status: 200 };
  const body = Buffer.from(kind.body());
  const atOnce = body.length > MODEST ? LARGE_AT_ONCE : requests;
  const sending = { origin: target.origin, method: 'POST', path, headers: await headersFor(target, kind), body };
  await sendFromWorker({ ...sending, requests: 2, atOnce: 1 });
  await readsUntil(target, setTimeout(1_000), read);
  await readGauge(target, functionId);
  const calm = await readsUntil(target, setTimeout(2_000), read);
  const before = await readGauge(target, functionId);
  const hostile = sendFromWorker({ ...sending, requests, atOnce });
  const reads = await readsUntil(target, hostile, read);
  const after = await readGauge(target, functionId);
  const answered = tally(await hostile);
  const perRead = before.cpuMs / calm.length;
  const figures: Figures = {
    bodies: requests,
    atOnce,
    megabytes: rounded(body.length / 1e6),
    ...answered,
    reads: reads.length,
    p50: rounded(quantile(reads, 0.5)),
    p99: rounded(quantile(reads, 0.99)),
    longest: rounded(quantile(reads, 1)),
    calmReads: calm.length,
    calmP50: rounded(quantile(calm, 0.5)),
    calmP99: rounded(quantile(calm, 0.99)),
    calmLongest: rounded(quantile(calm, 1)),
    p99Ratio: rounded(quantile(reads, 0.99) / quantile(calm, 0.99)),
    longestBlock: rounded(after.longestBlockMs),
    cpuPerBody: rounded(Math.max(0, after.cpuMs - perRead * reads.length) / requests),
    heapMb: after.heapMb,
    rssMb: after.rssMb,
  };
  const summary = JSON.stringify(figures);
  assertHolds(answered[kind.status] === requests, `not every body was answered ${kind.status}: ${summary}`);
  assertHolds(after.rssMb < 256, `the process took ${after.rssMb} MB: ${summary}`);
  const isBusy = (figures.calmLongest ?? 0) >= 50 ? ' (the machine is busy: see calmLongest)' : '';
  assertHolds((figures.longest ?? 0) < 100, `a read took ${figures.longest} ms${isBusy}: ${summary}`);
  return figures;
}
