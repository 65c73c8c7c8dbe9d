import { Query } from 'node-appwrite';
import type { RowOf, Stored } from './row.ts';
import type { FiguresRow, Times } from './rows.ts';
import type { Store } from './store.ts';

export type StoredFigures = Stored<RowOf<typeof FiguresRow>>;
type NewFigures = RowOf<typeof FiguresRow> & { spansToAcknowledge: string | null; spansToResolve: string | null };

/** The id of the row that holds the figures of all months together. */
export const ALL_MONTHS = 'all';

const PAGE = 5_000;
const MAX_MONTHS = 2_400;

export function writeFigures(store: Store, id: string, figures: NewFigures): Promise<void> {
  return store.figures.upsert(id, figures);
}

/** The counts of every month and the distributions of its times, without the row of all months. */
export async function listMonths(store: Store) {
  const queries = [Query.notEqual('$id', ALL_MONTHS), Query.limit(MAX_MONTHS)];
  const [counts, spans] = await Promise.all([store.figures.list(queries), store.spans.list(queries)]);
  return { counts: counts.rows, spans: spans.rows };
}

/**
 * A page of the visible complaints filed in a period, oldest first, after the row `after`. `full`: there may be more.
 */
export async function listTimes(
  store: Store,
  period: { from: Date; to: Date },
  after: Stored<Times> | undefined,
): Promise<{ rows: Stored<Times>[]; full: boolean }> {
  const tied = after ? [Query.equal('filedAt', after.filedAt), Query.greaterThan('$id', after.$id)] : [];
  const seek = after ? [Query.or([Query.greaterThan('filedAt', after.filedAt), Query.and(tied)])] : [];
  const { rows } = await store.times.list([
    Query.equal('hidden', false),
    // Implied by the OR above; some databases use an index for a range but not for an OR.
    Query.greaterThanEqual('filedAt', after?.filedAt ?? period.from.toISOString()),
    Query.lessThan('filedAt', period.to.toISOString()),
    ...seek,
    Query.orderAsc('filedAt'),
    Query.orderAsc('$id'),
    Query.limit(PAGE),
  ]);
  return { rows, full: rows.length === PAGE };
}
