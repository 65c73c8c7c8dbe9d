import { Query } from 'node-appwrite';
import type { CellRange } from '#shared/domain/cells.ts';
import type { ReadScope } from '#shared/domain/policy.ts';

import type { RowOf, Stored } from './row.ts';
import type { PlaceRow } from './rows.ts';
import type { Store } from './store.ts';

export type Placed = Stored<RowOf<typeof PlaceRow>>;

/** The number of cell ranges in one query. */
export const RANGES_PER_QUERY = 9;

const shownTo = (scope: ReadScope) => (scope.desk ? [] : [Query.lessThan('hidden', true)]);
const inRange = ({ from, to }: CellRange) => Query.between('cell', from, to);

/**
 * The query for complaints in up to RANGES_PER_QUERY cell ranges. Outside the desk it leaves out all hidden complaints,
 * also the viewer's own.
 */
export function rangeQueries(scope: ReadScope, ranges: readonly CellRange[], limit: number): string[] {
  const [first, ...others] = ranges.map(inRange);
  const within = others.length === 0 ? (first ?? '') : Query.or([first ?? '', ...others]);
  return [...shownTo(scope), within, Query.orderAsc('cell'), Query.orderAsc('$id'), Query.limit(limit)];
}

/**
 * Complaints in these cell ranges, in parallel queries of nine ranges with at most `limit` rows each. `isCut`: one was
 * full.
 */
export async function readRanges(
  store: Store,
  { scope, ranges, limit }: { scope: ReadScope; ranges: readonly CellRange[]; limit: number },
): Promise<{ rows: Placed[]; isCut: boolean }> {
  const count = Math.ceil(ranges.length / RANGES_PER_QUERY);
  const pages = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      store.places.list(rangeQueries(scope, ranges.slice(n * RANGES_PER_QUERY, (n + 1) * RANGES_PER_QUERY), limit)),
    ),
  );
  return { rows: pages.flatMap((page) => page.rows), isCut: pages.some((page) => page.rows.length >= limit) };
}

/**
 * Complaints for a map: those in up to RANGES_PER_QUERY cell ranges, and the viewer's own hidden ones anywhere. At most
 * `limit` of each; `isCut` when there may be more.
 */
export async function readPoints(store: Store, scope: ReadScope, ranges: readonly CellRange[], limit: number) {
  const [shown, own] = await Promise.all([
    store.points.list(rangeQueries(scope, ranges, limit)),
    scope.desk || scope.userId === undefined ? { rows: [] } : store.points.list(ownHiddenQueries(scope.userId, limit)),
  ]);
  return { rows: [...shown.rows, ...own.rows], isCut: shown.rows.length >= limit || own.rows.length >= limit };
}

/** The query for the complaints next to a cell in the order of cells, on one side of it. */
export function besideQueries(scope: ReadScope, cell: string, side: 'before' | 'after', limit: number): string[] {
  const beyond = side === 'after' ? Query.greaterThanEqual('cell', cell) : Query.lessThan('cell', cell);
  const order = side === 'after' ? Query.orderAsc : Query.orderDesc;
  return [...shownTo(scope), beyond, order('cell'), order('$id'), Query.limit(limit)];
}

/**
 * Complaints next to a cell in the order of cells, up to `limit` on each side. Most are near it, but others may be as
 * near.
 */
export async function readBeside(store: Store, scope: ReadScope, cell: string, limit: number): Promise<Placed[]> {
  const sides = await Promise.all(
    (['before', 'after'] as const).map((side) => store.places.list(besideQueries(scope, cell, side, limit))),
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
export async function readOwnHidden(store: Store, scope: ReadScope, limit: number): Promise<Placed[]> {
  if (scope.desk || scope.userId === undefined) return [];
  const { rows } = await store.places.list(ownHiddenQueries(scope.userId, limit));
  return rows;
}
