import { listCategories } from '#shared/appwrite/complaints.ts';
import { ALL_MONTHS, type StoredFigures } from '#shared/appwrite/figures.ts';
import type { RowMeta } from '#shared/appwrite/row.ts';
import {
  ALL_STATUS_TALLIES,
  categoryTally,
  NOTHING,
  readTallies,
  statusTally,
  type Tally,
} from '#shared/appwrite/tallies.ts';
import type { Deps } from '#shared/compose.ts';
import { shownMonths, sumCounts } from '#shared/domain/monthly-figures.ts';
import { STATUSES } from '#shared/domain/status.ts';

type Tallies = ReadonlyMap<string, Tally & RowMeta>;

/** Totals may be negative until maintenance has processed edits in the console. */
function shownIn(tallies: Tallies, id: string): number {
  return Math.max(0, (tallies.get(id) ?? NOTHING).visible);
}

const mediansOf = (row: StoredFigures | undefined) => ({
  medianSecondsToAcknowledge: row?.medianToAcknowledge ?? null,
  medianSecondsToResolve: row?.medianToResolve ?? null,
});

/** `part / whole`, rounded to `digits`; null when `whole` is 0. */
function ratio(part: number, whole: number, digits: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(digits));
}

/** The figures of a month as the API shows them; zeros if nothing was filed. */
function presentMonth(month: string, row: StoredFigures | undefined) {
  const { filed, acknowledged, resolved, reopened, decided, inTime, rated, ratingSum } = row ?? sumCounts([]);
  return {
    month,
    filed,
    acknowledged,
    resolved,
    ...mediansOf(row),
    shareWithinDeadline: ratio(inTime, decided, 4),
    reopened,
    meanRating: ratio(ratingSum, rated, 2),
  };
}

/**
 * The public figures, without hidden complaints. Counts by status and category are current; months and medians are
 * those that maintenance computed at `measuredAt`.
 */
export async function readFigures({ store, clock }: Deps) {
  const months = shownMonths(clock.now());
  const [categories, statuses, figures] = await Promise.all([
    listCategories(store),
    readTallies(store, ALL_STATUS_TALLIES),
    store.figures.findMany([ALL_MONTHS, ...months]),
  ]);
  const byCategoryTally = await readTallies(
    store,
    categories.map((row) => categoryTally(row.$id)),
  );
  const byStatus = STATUSES.map((status) => ({ status, count: shownIn(statuses, statusTally(status)) }));
  const total = byStatus.reduce((sum, { count }) => sum + count, 0);
  const byCategory = categories.map(({ $id, name }) => ({
    category: $id,
    name,
    count: shownIn(byCategoryTally, categoryTally($id)),
  }));
  const figuresOf = new Map(figures.map((row) => [row.$id, row]));
  const all = figuresOf.get(ALL_MONTHS);
  return {
    total,
    byStatus,
    byCategory,
    withoutCategory: Math.max(0, total - byCategory.reduce((sum, { count }) => sum + count, 0)),
    ...mediansOf(all),
    months: months.map((month) => presentMonth(month, figuresOf.get(month))),
    measuredAt: all ? new Date(all.measuredAt).toISOString() : null,
  };
}
