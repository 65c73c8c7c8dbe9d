import { matchingIds, readComplaints } from '#shared/appwrite/complaints.ts';
import { RANGES_PER_QUERY, readOwnHidden, readRanges } from '#shared/appwrite/places.ts';
import type { Deps } from '#shared/compose.ts';
import { cellRanges } from '#shared/domain/cells.ts';
import { type Box, isInBox } from '#shared/domain/geometry.ts';
import type { Found, Wanted } from './list-complaints.ts';

/** With more complaints than this in the cells, the list is read by its index and filtered by the box. */
const MAX_PLACES = 500;

/**
 * A page of the complaints in a box by filing, found by the cells that the box touches. Undefined if these contain more
 * than MAX_PLACES complaints.
 */
export async function listInBox(deps: Deps, wanted: Wanted, box: Box): Promise<Found | undefined> {
  const { store } = deps;
  const { filter, order, page, pageSize, after } = wanted;
  const ranges = cellRanges({ box }, RANGES_PER_QUERY);
  const [{ rows, isCut }, own] = await Promise.all([
    readRanges(store, { scope: filter.scope, ranges, limit: MAX_PLACES }),
    readOwnHidden(store, filter.scope, MAX_PLACES),
  ]);
  if (isCut || own.length === MAX_PLACES) return undefined;
  const within = [...rows, ...own].filter(({ latitude, longitude }) => {
    return latitude !== null && longitude !== null && isInBox({ latitude, longitude }, box);
  });
  const ids = (await matchingIds(store, new Set(within.map((row) => row.$id)), filter)).sort();
  if (order.descending) ids.reverse();
  const begins = after && ids.findIndex((id) => (order.descending ? id < after.key : id > after.key));
  const rest = begins === undefined ? ids.slice((page - 1) * pageSize) : begins < 0 ? [] : ids.slice(begins);
  const shown = rest.slice(0, pageSize);
  const byId = new Map((await readComplaints(store, shown, filter)).map((row) => [row.$id, row]));
  const last = shown.at(-1);
  return {
    rows: shown.flatMap((id) => byId.get(id) ?? []),
    next: rest.length > pageSize && last !== undefined ? { key: last } : undefined,
    total: after === undefined ? { total: ids.length, isExact: true } : null,
  };
}
