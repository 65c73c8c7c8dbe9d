import { Query } from 'node-appwrite';
import type { CellRange } from '#shared/domain/cells.ts';
import type { Sight } from '#shared/domain/policy.ts';

import type { RowOf, Stored } from './row.ts';
import type { PlaceRow } from './rows.ts';
import type { Store } from './store.ts';

export type Placed = Stored<RowOf<typeof PlaceRow>>;

/** How many ranges of cells fit into one query. */
export const RANGES_PER_QUERY = 9;

const shownTo = (sight: Sight) => (sight.desk ? [] : [Query.lessThan('hidden', true)]);
const inRange = ({ from, to }: CellRange) => Query.between('cell', from, to);

/** The query of complaints in up to RANGES_PER_QUERY ranges of cells. A person's own hidden ones are not among them. */
export function rangeQueries(sight: Sight, ranges: readonly CellRange[], limit: number): string[] {
  const [first, ...others] = ranges.map(inRange);
  const within = others.length === 0 ? (first ?? '') : Query.or([first ?? '', ...others]);
  return [...shownTo(sight), within, Query.orderAsc('cell'), Query.orderAsc('$id'), Query.limit(limit)];
}

/** Complaints in these ranges of cells, at most `limit` of every nine ranges; `isCut` when there were more of some. */
export async function readRanges(
  store: Store,
  { sight, ranges, limit }: { sight: Sight; ranges: readonly CellRange[]; limit: number },
): Promise<{ rows: Placed[]; isCut: boolean }> {
  const count = Math.ceil(ranges.length / RANGES_PER_QUERY);
  const pages = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      store.places.list(rangeQueries(sight, ranges.slice(n * RANGES_PER_QUERY, (n + 1) * RANGES_PER_QUERY), limit)),
    ),
  );
  return { rows: pages.flatMap((page) => page.rows), isCut: pages.some((page) => page.rows.length >= limit) };
}

/** Complaints as a map shows them, in up to RANGES_PER_QUERY ranges of cells, and up to as many own hidden ones. */
export async function readPoints(store: Store, sight: Sight, ranges: readonly CellRange[], limit: number) {
  const [shown, own] = await Promise.all([
    store.points.list(rangeQueries(sight, ranges, limit)),
    sight.desk || sight.userId === undefined ? { rows: [] } : store.points.list(ownHiddenQueries(sight.userId, limit)),
  ]);
  return { rows: [...shown.rows, ...own.rows], isCut: shown.rows.length >= limit || own.rows.length >= limit };
}

/** The query of the complaints whose cells come next to a cell, on one side of it. */
export function besideQueries(sight: Sight, cell: string, side: 'before' | 'after', limit: number): string[] {
  const beyond = side === 'after' ? Query.greaterThanEqual('cell', cell) : Query.lessThan('cell', cell);
  const order = side === 'after' ? Query.orderAsc : Query.orderDesc;
  return [...shownTo(sight), beyond, order('cell'), order('$id'), Query.limit(limit)];
}

/** Complaints whose cells come right before and after a cell, up to `limit` on each side. Most are near it, but others may be as near. */
export async function readBeside(store: Store, sight: Sight, cell: string, limit: number): Promise<Placed[]> {
  const sides = await Promise.all(
    (['before', 'after'] as const).map((side) => store.places.list(besideQueries(sight, cell, side, limit))),
  );
  return sides.flatMap((page) => page.rows);
}

const ownHiddenQueries = (userId: string, limit: number) => [
  Query.equal('reporterId', userId),
  Query.equal('hidden', true),
  Query.orderDesc('$id'),
  Query.limit(limit),
];

/** The newest hidden complaints of the viewer. */
export async function readOwnHidden(store: Store, sight: Sight, limit: number): Promise<Placed[]> {
  if (sight.desk || sight.userId === undefined) return [];
  const { rows } = await store.places.list(ownHiddenQueries(sight.userId, limit));
  return rows;
}
