import { MINUTE, systemClock } from '#shared/domain/clock.ts';
import { Refusal } from '#shared/domain/problems.ts';
import type { RuntimeContext } from './runtime.ts';
import { serve } from './serve.ts';

/** A function without clients that shares its process and its schedule with others. */
export type BackgroundFunction = {
  id: string;
  /** The events that call it, with `*` for any id, as appwrite.json declares them. */
  events: readonly string[];
  /** The minutes between two runs of its schedule; undefined when it has none. */
  everyMinutes: number | undefined;
  handle(context: RuntimeContext): Promise<unknown>;
};

type Answer = { status: number; body: string; headers: Record<string, string> };

/**
 * The default export of a function that stands for several. An event goes to the members that declare it, a scheduled
 * run to those that are due, an execution made with a key to all (GET) or to all with a schedule (POST). They run in
 * parallel, each with its own log line; the answer has the highest status of theirs.
 */
export function createBackground(members: readonly BackgroundFunction[], now: () => Date = () => systemClock.now()) {
  const refuse = serve(async () => {
    throw new Refusal('forbidden', 'This function is called by events and by its schedule only.');
  });
  // Appwrite does not name the scheduled run, so the process computes what is due. A new process does not know earlier
  // runs: its first one does every job, which must be safe to repeat. So no job is skipped, even when every run is made
  // by a new process.
  let last: number | undefined;
  return async (context: RuntimeContext): Promise<unknown> => {
    // Rounded, since this clock may be some seconds behind the scheduler's.
    const run = { minute: Math.round(now().getTime() / MINUTE), last };
    const scheduled = context.req.headers['x-appwrite-trigger'] === 'schedule';
    if (scheduled) last = run.minute;
    const concerned = members.filter((member) => concerns(member, context.req, run));
    if (concerned.length === 0 && !scheduled) return refuse(context);
    const answers = await Promise.all(
      concerned.map(async (member) => [member.id, await callMember(member, context)] as const),
    );
    const [[, only] = [], ...others] = answers;
    const answer = only && others.length === 0 ? only : combineAnswers(answers);
    return context.res.send(answer.body, answer.status, answer.headers);
  };
}

/** The minute of this run, counted from 1970, and of the run before; `last` is undefined in a new process. */
type Run = { minute: number; last: number | undefined };

function concerns(member: BackgroundFunction, { method, headers }: RuntimeContext['req'], run: Run): boolean {
  switch (headers['x-appwrite-trigger']) {
    case 'event':
      return member.events.some((pattern) => matches(pattern, headers['x-appwrite-event'] ?? ''));
    case 'schedule':
      return isDue(member, run);
    case 'http':
      return method === 'GET' || member.everyMinutes !== undefined;
    default:
      return false;
  }
}

/** Compares event names. Appwrite has two names for a deleted row: bulk calls use those of the older API. */
function matches(pattern: string, event: string): boolean {
  const [wanted, happened] = [segments(pattern), segments(event)];
  return wanted.length === happened.length && wanted.every((part, at) => part === '*' || part === happened[at]);
}

function segments(event: string): string[] {
  const names: Record<string, string> = { collections: 'tables', documents: 'rows' };
  return event.split('.').map((part, at) => (at % 2 === 0 ? (names[part] ?? part) : part));
}

/** Whether the job was due at any time since the previous run. When the clock was set back, every job is due. */
function isDue({ everyMinutes: own }: BackgroundFunction, { minute, last }: Run): boolean {
  if (own === undefined) return false;
  return last === undefined || last > minute || minute - (minute % own) > last;
}

/** Calls a function and captures its answer. */
async function callMember(member: BackgroundFunction, { req, log, error }: RuntimeContext): Promise<Answer> {
  let answer: Answer = { status: 500, body: '', headers: {} };
  const send = (body: string, status: number, headers: Record<string, string>) => {
    answer = { status, body, headers };
  };
  await member.handle({ req, res: { send }, log: (line) => log(line), error: (line) => error(line) });
  return answer;
}

function combineAnswers(answers: readonly (readonly [id: string, answer: Answer])[]): Answer {
  const bodies = answers.map(([id, { body }]) => [id, body === '' ? null : JSON.parse(body)] as const);
  return {
    status: Math.max(200, ...answers.map(([, { status }]) => status)),
    body: JSON.stringify(Object.fromEntries(bodies)),
    headers: { 'content-type': 'application/json; charset=utf-8' },
  };
}
