import { ALL_MONTHS, listMonths, listTimes, writeFigures } from '#shared/appwrite/figures.ts';
import type { Stored } from '#shared/appwrite/row.ts';
import type { Times } from '#shared/appwrite/rows.ts';
import type { StorageDeps } from '#shared/compose.ts';
import {
  addComplaint,
  type MonthFigures,
  medianOf,
  merge,
  noFigures,
  periodOf,
  readDistribution,
  sumCounts,
  writeDistribution,
} from '#shared/domain/monthly-figures.ts';

type Deps = Pick<StorageDeps, 'store' | 'clock'>;

function columnsOf({ clock }: Deps, { toAcknowledge, toResolve, ...counts }: MonthFigures) {
  return {
    ...counts,
    medianToAcknowledge: medianOf(toAcknowledge),
    medianToResolve: medianOf(toResolve),
    spansToAcknowledge: writeDistribution(toAcknowledge),
    spansToResolve: writeDistribution(toResolve),
    measuredAt: clock.now().toISOString(),
  };
}

/** Computes the figures of a month from its complaints, 5000 per call. False if `isOver` ends it first. */
export async function computeMonth(deps: Deps, month: string, isOver: () => boolean): Promise<boolean> {
  const figures = noFigures();
  const now = deps.clock.now();
  let last: Stored<Times> | undefined;
  for (let full = true; full; ) {
    if (isOver()) return false;
    const page = await listTimes(deps.store, periodOf(month), last);
    for (const row of page.rows) addComplaint(figures, row, now);
    last = page.rows.at(-1);
    full = page.full;
  }
  await writeFigures(deps.store, month, columnsOf(deps, figures));
  return true;
}

/** Computes the figures of all months from the stored figures of each. */
export async function computeAllMonths(deps: Deps): Promise<void> {
  const { counts, spans } = await listMonths(deps.store);
  const toAcknowledge = merge(spans.map((row) => readDistribution(row.spansToAcknowledge)));
  const toResolve = merge(spans.map((row) => readDistribution(row.spansToResolve)));
  const all = {
    ...sumCounts(counts),
    toAcknowledge,
    toResolve,
  };
  // The overall distribution is not stored, since it is computed from those of the months.
  await writeFigures(deps.store, ALL_MONTHS, {
    ...columnsOf(deps, all),
    spansToAcknowledge: null,
    spansToResolve: null,
  });
}

/** Computes the figures of these months, the newest first, until `isOver`. `due`: the months that are left. */
export async function computeMonths(
  deps: Deps,
  due: readonly string[],
  isOver: () => boolean,
): Promise<{ measured: number; due: string[] }> {
  const waiting = [...new Set(due)].sort().reverse();
  let measured = 0;
  while (waiting.length > 0 && !isOver() && (await computeMonth(deps, waiting[0] ?? '', isOver))) {
    waiting.shift();
    measured += 1;
  }
  if (measured > 0) await computeAllMonths(deps);
  return { measured, due: waiting };
}
