import { setTimeout as pause } from 'node:timers/promises';
import { formatDate } from '../../src/clock.ts';
import type { EngineName } from '../../src/index.ts';
import { type Normal, normalise, valueAt } from './normalise.ts';
import { type Answer, send } from './send.ts';
import { fill, groupsOf, loadGroup, newSession, type Session, type Step } from './step.ts';

/** A difference between the recorded and the received answer, and its path. */
type Difference = [path: string, real: unknown, found: unknown];
export type Played = { step: Step; found: Normal; differences: Difference[] };

type Target = {
  endpoint: string;
  project: string;
  key: string;
  database?: EngineName;
  domain?: string | undefined;
  smtpPort?: number | undefined;
  /** The groups to replay; by default all of `groupsOf(database)`. */
  only?: readonly string[];
};

/** Sends the recorded requests one after the other and compares the answers. Stops early if the server is gone. */
export async function replay({ only, database = 'mariadb', domain, smtpPort, ...target }: Target): Promise<Played[]> {
  const session = newSession(target);
  const played: Played[] = [];
  for (const group of only ?? groupsOf(database)) {
    for (const step of loadGroup(group, { database, domain, smtpPort })) {
      const found = await play(step, session);
      played.push({ step, found, differences: differencesOf(step, found) });
      if (played.slice(-3).every((last) => last.found.failure === 'ECONNREFUSED')) return played;
    }
  }
  return played;
}

/** Waits, sends, repeats while `until` is unmet, captures values, and returns the masked answer. */
async function play(step: Step, session: Session): Promise<Normal> {
  const { wait, until, capture = {} } = step;
  if (wait) await pause(wait);
  let answer = await send(step, session);
  const end = Date.now() + (until?.seconds ?? 30) * 1000;
  while (!isMet(answer, step, session) && Date.now() < end && !answer.failure && answer.status !== 501) {
    await pause(until?.every ?? 60);
    answer = await send(step, session);
  }
  for (const [name, path] of Object.entries(capture)) {
    const value = path.startsWith('headers.') ? answer.headers[path.slice(8)] : valueAt({ body: answer.json }, path);
    if (value === undefined) delete session.values[name];
    else session.values[name] = value;
  }
  return normalise(answer, step, session);
}

function isMet({ status, json }: Answer, { until }: Step, session: Session): boolean {
  if (!until) return true;
  if (until.status) return status === until.status;
  if (until.not) return json !== undefined && !until.not.some((word) => JSON.stringify(json).includes(word));
  return (fill(until.in, session) as unknown[]).map(String).includes(String(valueAt(json, until.path ?? '')));
}

/** If status or type differ, reports only those. */
function differencesOf({ real }: Step, found: Normal): Difference[] {
  if (real.status === found.status && real.type === found.type) return compare(real, found);
  const brief = ({ status, type, failure }: Normal) => [status, type, failure].filter(Boolean).join(' ');
  return [['answer', brief(real), brief(found)]];
}

const kindOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const isObject = (value: unknown): value is Record<string, unknown> => kindOf(value) === 'object';

const DAY = 86_400_000;
const RECORDED_ON = Date.UTC(2026, 10, 26);

/**
 * A recorded date of the day of the recording or of the day after, moved to today: requests such as rows-132 (`03:04`)
 * and rows-139 (`tomorrow`) are answered relative to today.
 */
function asOfToday(real: unknown): unknown {
  if (typeof real !== 'string' || !/^2026-11-2[67]T[\d:.]+\+00:00$/.test(real)) return real;
  const days = Math.floor((Date.now() - RECORDED_ON) / DAY);
  return formatDate(Date.parse(real) + days * DAY);
}

/** `~any`, `~string` and so on in a recorded answer match what differed between two recordings. */
function compare(real: unknown, found: unknown, path = ''): Difference[] {
  const [, kind] = /^~(any|string|number|array|object|boolean)$/.exec(typeof real === 'string' ? real : '') ?? [];
  if (kind) return kind === 'any' || kindOf(found) === kind ? [] : [[path, real, found]];
  if (Array.isArray(real) && Array.isArray(found) && real.length === found.length) {
    const differences = real.flatMap((value, index) => compare(value, found[index], `${path}[${index}]`));
    return differences.length === 0 || real.some(isObject) ? differences : [[path, real, found]];
  }
  if (isObject(real) && isObject(found)) {
    return [...new Set([...Object.keys(real), ...Object.keys(found)])].flatMap((key) => {
      const where = path ? `${path}.${key}` : key;
      const absent = found[key] === undefined && real[key] !== undefined;
      return absent ? [[where, real[key], undefined] satisfies Difference] : compare(real[key], found[key], where);
    });
  }
  return JSON.stringify(asOfToday(real)) === JSON.stringify(found) ? [] : [[path, real, found]];
}

/** One line per difference, for the first six. */
export function describe({ step, differences }: Played): string {
  const what = step.note ?? `${step.request.method} ${step.request.path}`;
  const lines = differences
    .slice(0, 6)
    .map(([path, real, found]) => `${step.id}  ${what}  ${path}: real ${show(real)} / here ${show(found)}`);
  return lines.join('\n');
}

function show(value: unknown): string {
  const text = value === undefined ? '(absent)' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
