import type { CallFault } from './faults/fault.ts';
import type { LocalAppwrite } from './index.ts';
import type { Snapshot } from './inspection/snapshots.ts';

/** Where a fault struck the story, and how the story ended. `call` counts from 1; 0 is the run without a fault. */
export type PointOutcome<T> = { call: number; fault: CallFault | undefined; outcome: PromiseSettledResult<T> };

/** One server and the story to run on it. Several lanes of the same story share its points. */
export type Lane<T> = {
  local: LocalAppwrite;
  /** Starts each time from the server's state at the start of the enumeration. */
  story: () => Promise<T>;
  /** Recovers as the product would: retries, sweeps. Runs again after a late effect. */
  recover?: (result: PointOutcome<T>) => Promise<unknown>;
  /** Throws if an invariant is broken. */
  check: (result: PointOutcome<T>) => Promise<unknown>;
};

export type EnumerationOptions = {
  faults?: readonly CallFault[];
  /** Which calls are counted and struck; by default those of any function. */
  callFilter?: { method?: string; path?: string; functionId?: string };
  /** Selects the points to try, if all of them would take too long. */
  selectPoint?: (point: { call: number; fault: CallFault }) => boolean;
};

export type CrashReport = {
  /** The story's calls, in the order of the run without a fault. */
  calls: string[];
  points: number;
  /** Points whose call did not happen in their run. */
  missed: number;
  milliseconds: number;
  broken: { point: string; reason: string }[];
};

/** Milliseconds that a call hangs. Functions must give up earlier: set a short limit in them, or pass other faults. */
const hangMilliseconds = 600;

/** The faults that are tried by default: all kinds for calls but `slow`, `commit-failed` and `stale-row`. */
export const allFaults: readonly CallFault[] = [
  { kind: 'rate-limit', retryAfter: 1 },
  { kind: 'server-error' },
  { kind: 'server-error', effect: 'done' },
  { kind: 'html-502' },
  { kind: 'html-502', effect: 'done' },
  { kind: 'truncated-json' },
  { kind: 'wrong-json' },
  { kind: 'reset' },
  { kind: 'reset', effect: 'done' },
  { kind: 'hang', milliseconds: hangMilliseconds },
  { kind: 'hang', effect: 'done', milliseconds: hangMilliseconds },
  { kind: 'hang', effect: 'late', milliseconds: hangMilliseconds },
  { kind: 'storage-full' },
  { kind: 'database-full' },
  { kind: 'cut' },
  { kind: 'cut', effect: 'done' },
  { kind: 'kill' },
  { kind: 'kill', effect: 'done' },
];

type Point = { call: number; fault: CallFault };
const lateEffectDelay = 3_600_000;

/** Runs the story once to count its calls, then once for each call and fault. */
export async function enumerateCrashes<T>(
  lanes: Lane<T> | readonly Lane<T>[],
  { faults = allFaults, callFilter = { functionId: '*' }, selectPoint = () => true }: EnumerationOptions = {},
): Promise<CrashReport> {
  const started = performance.now();
  const [first, ...others] = 'story' in lanes ? [lanes] : lanes;
  if (!first) throw new Error('There is no lane to run the story in.');
  const all = await Promise.all([first, ...others].map(async (lane) => ({ lane, start: await lane.local.snapshot() })));
  const calls = await countCalls(first, callFilter);
  const every = calls.flatMap((_, index) => faults.map((fault) => ({ call: index + 1, fault })));
  const points = every.filter(selectPoint);
  const report: CrashReport = { calls, points: points.length, missed: 0, milliseconds: 0, broken: [] };
  const waiting = points.values();
  const work = all.map(async ({ lane, start }) => {
    for (const point of waiting) await tryPoint({ lane, start, callFilter }, point, report);
    await lane.local.restore(start);
  });
  await Promise.all(work);
  report.milliseconds = Math.round(performance.now() - started);
  return report;
}

async function countCalls<T>(lane: Lane<T>, callFilter: EnumerationOptions['callFilter']): Promise<string[]> {
  const counter = lane.local.faults.add({ kind: 'slow', milliseconds: 0, ...callFilter, times: 0 });
  const before = new Set(lane.local.calls.all());
  const outcome = await settled(lane.story);
  await lane.local.settle();
  counter.remove();
  const result = { call: 0, fault: undefined, outcome };
  if (outcome.status === 'rejected') throw new Error('The story fails without any fault.', { cause: outcome.reason });
  const calls = lane.local.calls.all().filter((record) => !before.has(record) && record.fault === 'slow');
  await lane.recover?.(result);
  await lane.check(result);
  return calls.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
}

type LaneState<T> = { lane: Lane<T>; start: Snapshot; callFilter: EnumerationOptions['callFilter'] };

async function tryPoint<T>({ lane, start, callFilter }: LaneState<T>, { call, fault }: Point, report: CrashReport) {
  const { local, story, recover, check } = lane;
  await local.restore(start);
  const planned = local.faults.add({ lateBy: lateEffectDelay, ...fault, ...callFilter, nth: call });
  try {
    const outcome = await settled(story);
    await local.settle();
    planned.remove();
    if (planned.hits === 0) report.missed += 1;
    const result = { call, fault, outcome };
    await recover?.(result);
    await local.settle();
    if ((await local.faults.applyLate()) > 0) {
      await local.settle();
      await recover?.(result);
      await local.settle();
    }
    await check(result);
  } catch (error) {
    report.broken.push({ point: describePoint({ call, fault }, report), reason: describeError(error) });
  } finally {
    planned.remove();
  }
}

async function settled<T>(story: () => Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([story()]);
  return outcome;
}

function describePoint({ call, fault }: Point, { calls }: CrashReport): string {
  const effect = fault.effect ? `, effect ${fault.effect}` : '';
  return `${fault.kind}${effect} at call ${call}: ${calls[call - 1]}`;
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The report as text. */
export function describeReport(name: string, { calls, points, missed, milliseconds, broken }: CrashReport): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  const head = `${name}: ${calls.length} calls, ${points} points, ${missed} missed, ${broken.length} broken, ${seconds} s`;
  return [head, ...broken.map(({ point, reason }) => `  ${point}\n    ${reason}`)].join('\n');
}
