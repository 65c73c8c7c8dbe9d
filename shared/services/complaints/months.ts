/** What is told of the complaints filed in one month (UTC). */
export type Month = {
  month: string;
  filed: number;
  acknowledged: number;
  resolved: number;
  medianSecondsToAcknowledge: number | null;
  medianSecondsToResolve: number | null;
};

export type Period = { from: Date; to: Date };
type Times = { filedAt: string; secondsToAcknowledge: number | null; secondsToResolve: number | null };

const SHOWN = 12;

/** The month of a time as `2026-11`. */
export function monthOf(time: Date): string {
  return time.toISOString().slice(0, 7);
}

/** The months that are told of, the present one first. */
export function shownMonths(now: Date): string[] {
  return Array.from({ length: SHOWN }, (_, back) =>
    monthOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1))),
  );
}

export function periodOf(month: string): Period {
  const from = new Date(`${month}-01T00:00:00Z`);
  return { from, to: new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1)) };
}

/** The middle value, or the mean of the two in the middle, in whole seconds; null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const low = sorted[(sorted.length - 1) >> 1] ?? 0;
  const high = sorted[sorted.length >> 1] ?? 0;
  return Math.round((low + high) / 2);
}

const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

export type Spans = Pick<Month, 'medianSecondsToAcknowledge' | 'medianSecondsToResolve'>;

export function spansOf(rows: readonly Times[]): Spans {
  return {
    medianSecondsToAcknowledge: median(known(rows.map((row) => row.secondsToAcknowledge))),
    medianSecondsToResolve: median(known(rows.map((row) => row.secondsToResolve))),
  };
}

/** A month as told by the rows filed in it. */
export function tellMonth(month: string, rows: readonly Times[]): Month {
  return {
    month,
    filed: rows.length,
    acknowledged: known(rows.map((row) => row.secondsToAcknowledge)).length,
    resolved: known(rows.map((row) => row.secondsToResolve)).length,
    ...spansOf(rows),
  };
}
