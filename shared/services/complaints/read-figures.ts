import { COUNT_CAP, listCategories } from '#shared/appwrite/complaints.ts';
import type { RowMeta } from '#shared/appwrite/row.ts';
import type { Times } from '#shared/appwrite/rows.ts';
import { listTimes } from '#shared/appwrite/strides.ts';
import {
  ALL_STATUS_TALLIES,
  categoryTally,
  NOTHING,
  readTallies,
  statusTally,
  type Tally,
} from '#shared/appwrite/tallies.ts';
import type { Deps } from '#shared/compose.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { type Measured, readMeasured, writeMeasured } from './measured.ts';
import { monthOf, shownMonths, spansOf, tellMonth } from './months.ts';

type Tallies = ReadonlyMap<string, Tally & RowMeta>;
type Present = { of: string; total: number; last: Measured | undefined };

const EVER = { from: new Date('1900-01-01'), to: new Date('2999-12-31') };

/** Every transition, hiding and deletion moves one of these totals, so nothing was measured anew while they stand still. */
function fingerprintOf(tallies: Tallies, now: Date): string {
  const moved = ALL_STATUS_TALLIES.map((id) => [tallies.get(id)?.visible, tallies.get(id)?.$updatedAt]);
  return JSON.stringify([monthOf(now), moved]);
}

function measureRows(rows: readonly Times[], now: Date): Omit<Measured, 'of'> {
  const months = shownMonths(now).map((month) => {
    const filed = rows.filter((row) => row.filedAt.startsWith(month));
    return tellMonth(month, filed);
  });
  return { at: now.toISOString(), months, ...spansOf(rows) };
}

const UNMEASURED = { at: null, months: [], medianSecondsToAcknowledge: null, medianSecondsToResolve: null };

/** Up to 5000 complaints are measured at once, after a change; more are measured by media-cleanup, every ten minutes. */
async function measuredNow({ store, clock }: Deps, { of, total, last }: Present) {
  if (last?.of === of || total >= COUNT_CAP) return last ?? UNMEASURED;
  const rows = await listTimes(store, EVER);
  if (rows.length >= COUNT_CAP) return last ?? UNMEASURED;
  const measured = { ...measureRows(rows, clock.now()), of };
  await writeMeasured(store, measured);
  return measured;
}

/** Below nothing only until the schedule repairs what the console made drift. */
function shownIn(tallies: Tallies, id: string): number {
  return Math.max(0, (tallies.get(id) ?? NOTHING).visible);
}

/** The public figures. Hidden complaints are not among them; counts are those of this moment. */
export async function readFigures(deps: Deps) {
  const { store, clock } = deps;
  const [categories, statuses, last] = await Promise.all([
    listCategories(store),
    readTallies(store, ALL_STATUS_TALLIES),
    readMeasured(store),
  ]);
  const byStatus = STATUSES.map((status) => ({
    status,
    count: shownIn(statuses, statusTally(status)),
  }));
  const total = byStatus.reduce((sum, { count }) => sum + count, 0);
  const present = { of: fingerprintOf(statuses, clock.now()), total, last };
  const ids = categories.map((row) => categoryTally(row.$id));
  const [tallies, measured] = await Promise.all([readTallies(store, ids), measuredNow(deps, present)]);
  const byCategory = categories.map((row) => ({
    category: row.$id,
    name: row.name,
    count: shownIn(tallies, categoryTally(row.$id)),
  }));
  const { medianSecondsToAcknowledge, medianSecondsToResolve, months, at: measuredAt } = measured;
  const withoutCategory = Math.max(0, total - byCategory.reduce((sum, { count }) => sum + count, 0));
  const spans = { medianSecondsToAcknowledge, medianSecondsToResolve };
  return { total, byStatus, byCategory, withoutCategory, ...spans, months, measuredAt };
}
