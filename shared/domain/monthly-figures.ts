import { ENDED, type Status } from './status.ts';

/** The number of complaints for each duration in whole seconds. */
export type Distribution = Map<number, number>;

export type Period = { from: Date; to: Date };

/** The columns of a complaint that the figures of its month of filing use. Times are ISO texts. */
type Times = {
  status: Status;
  secondsToAcknowledge: number | null;
  secondsToResolve: number | null;
  overdueAt: string | null;
  resolvedAt: string | null;
  closedAt: string | null;
  /** The number of times it was reopened. */
  reopened: number;
  ratingScore: number | null;
};

const COUNTS = ['filed', 'acknowledged', 'resolved', 'decided', 'inTime', 'reopened', 'rated', 'ratingSum'] as const;

/**
 * Counts of the visible complaints filed in one month (UTC). `decided`: have a deadline and have ended or passed it.
 * `inTime`: those of them that ended by their deadline. `reopened`: reopened at least once. `ratingSum`: the sum of the
 * scores of `rated`.
 */
export type MonthCounts = Record<(typeof COUNTS)[number], number>;
export type MonthFigures = MonthCounts & {
  toAcknowledge: Distribution;
  toResolve: Distribution;
};

/** How many months the public figures show. */
const SHOWN_MONTHS = 12;
/** A distribution with more distinct durations than this is rounded to fit into its column. */
const MAX_TIMES = 2_000;
/**
 * Rounded durations are 1 % apart, so a median is off by half a per cent at most. Up to 10 years there are fewer than
 * MAX_TIMES of them.
 */
const STEP = Math.log(1.01);

/** The month of a time as `2026-11`. */
export function monthOf(time: Date): string {
  return time.toISOString().slice(0, 7);
}

/** The months that the API shows, the current one first. */
export function shownMonths(now: Date): string[] {
  return Array.from({ length: SHOWN_MONTHS }, (_, back) =>
    monthOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1))),
  );
}

export function periodOf(month: string): Period {
  const from = new Date(`${month}-01T00:00:00Z`);
  return { from, to: new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1)) };
}

export function noFigures(): MonthFigures {
  return { ...sumCounts([]), toAcknowledge: new Map(), toResolve: new Map() };
}

/** The sums of the counts of several months. */
export function sumCounts(months: readonly MonthCounts[]): MonthCounts {
  const sum = (name: keyof MonthCounts) => months.reduce((all, month) => all + month[name], 0);
  return Object.fromEntries(COUNTS.map((name) => [name, sum(name)])) as MonthCounts;
}

/** Whether a complaint ended by its deadline; undefined if it has no deadline or has neither ended nor passed it. */
function endedInTime({ status, overdueAt, resolvedAt, closedAt }: Times, now: Date): boolean | undefined {
  if (overdueAt === null) return undefined;
  const ended = ENDED.includes(status) ? (resolvedAt ?? closedAt) : null;
  if (ended !== null) return Date.parse(ended) <= Date.parse(overdueAt);
  return Date.parse(overdueAt) < now.getTime() ? false : undefined;
}

/** Adds a complaint in its present state to the figures of its month. */
export function addComplaint(figures: MonthFigures, complaint: Times, now: Date): void {
  const { secondsToAcknowledge, secondsToResolve, reopened, ratingScore } = complaint;
  const inTime = endedInTime(complaint, now);
  figures.filed += 1;
  figures.decided += Number(inTime !== undefined);
  figures.inTime += Number(inTime === true);
  figures.reopened += Number(reopened > 0);
  figures.rated += Number(ratingScore !== null);
  figures.ratingSum += ratingScore ?? 0;
  if (secondsToAcknowledge !== null) {
    figures.acknowledged += 1;
    addTime(figures.toAcknowledge, secondsToAcknowledge, 1);
  }
  if (secondsToResolve !== null) {
    figures.resolved += 1;
    addTime(figures.toResolve, secondsToResolve, 1);
  }
}

function addTime(distribution: Distribution, seconds: number, count: number): void {
  const time = Math.max(0, Math.round(seconds));
  distribution.set(time, (distribution.get(time) ?? 0) + count);
}

/** Merges several distributions into one. */
export function merge(distributions: Iterable<Distribution>): Distribution {
  const all: Distribution = new Map();
  for (const distribution of distributions) {
    for (const [seconds, count] of distribution) addTime(all, seconds, count);
  }
  return all;
}

/** The median in whole seconds; null if the distribution is empty. */
export function medianOf(distribution: Distribution): number | null {
  const times = [...distribution].sort(([a], [b]) => a - b);
  const count = times.reduce((sum, [, seen]) => sum + seen, 0);
  if (count === 0) return null;
  const at = (position: number) => {
    let passed = 0;
    return times.find(([, seen]) => {
      passed += seen;
      return passed > position;
    })?.[0];
  };
  const low = at((count - 1) >> 1) ?? 0;
  const high = at(count >> 1) ?? low;
  return Math.round((low + high) / 2);
}

function rounded(distribution: Distribution): Distribution {
  const coarse: Distribution = new Map();
  for (const [seconds, count] of distribution) {
    addTime(coarse, seconds === 0 ? 0 : Math.exp(Math.round(Math.log(seconds) / STEP) * STEP), count);
  }
  return coarse;
}

/**
 * The text stored in a column: `60:2,75:1`. Exact up to 2000 distinct durations; beyond that rounded to steps of 1 %.
 */
export function writeDistribution(distribution: Distribution): string {
  const times = distribution.size > MAX_TIMES ? rounded(distribution) : distribution;
  return [...times].map(([seconds, count]) => `${seconds}:${count}`).join(',');
}

/** Parses the text of `writeDistribution`; ignores unreadable parts. */
export function readDistribution(text: string | null): Distribution {
  const distribution: Distribution = new Map();
  for (const part of (text ?? '').split(',')) {
    const [, seconds, count] = /^(\d{1,10}):(\d{1,10})$/.exec(part) ?? [];
    if (seconds !== undefined && count !== undefined) addTime(distribution, Number(seconds), Number(count));
  }
  return distribution;
}
