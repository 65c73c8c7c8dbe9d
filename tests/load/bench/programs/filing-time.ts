/**
 * Says which share of the time of a filing with a photo its own calls and the picture take, by the function's own log,
 * once it is warm: 1.2 means that everything else takes a fifth of them. While the picture is read the first call is
 * under way, so that its time is in that of the calls.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { decoded, type Plan } from '../plan.ts';
import { median } from '../statistics.ts';

type Sent = { text: string; status: number };
type Main = (context: unknown) => Promise<Sent>;

const RUNS = 600;

const plan: Plan = JSON.parse(readFileSync(process.env.BENCH_PLAN ?? '', 'utf8'));
const { default: main } = createRequire(`${process.cwd()}/`)('./main.cjs') as { default: Main };
const { photo } = plan.operations;
if (!photo) throw new Error('photo was not recorded');
const { method, path, headers, body } = photo.request;
const bytes = decoded(body);

async function file(): Promise<number> {
  let line = '{}';
  const log = (text: string) => {
    line = text;
  };
  const req = { method, path, queryString: '', headers: { ...headers }, bodyBinary: Buffer.concat([bytes]) };
  const res = { send: (text: string, status: number): Sent => ({ text, status }) };
  const { status, text } = await main({ req, res, log, error: log });
  if (status !== 201) throw new Error(text);
  const { ms, callsMs } = JSON.parse(line) as { ms: number; callsMs: number };
  return ms / callsMs;
}

const shares: number[] = [];
for (let run = 0; run < RUNS; run += 1) shares.push(await file());
console.log(median(shares.slice(RUNS / 2)));
process.exit(0);
