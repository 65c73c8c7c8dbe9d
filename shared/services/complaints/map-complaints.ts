import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { RANGES_PER_QUERY, readPoints } from '#shared/appwrite/places.ts';
import type { Deps } from '#shared/compose.ts';
import { cellRanges } from '#shared/domain/cells.ts';
import { isInBox } from '#shared/domain/geometry.ts';
import { findRows, type Search } from './find-complaints.ts';
import { MAX_ROWS_READ } from './list-complaints.ts';

const MAX_POINTS = 1_000;

type Point = Awaited<ReturnType<typeof readPoints>>['rows'][number];

function collectionOf(rows: readonly Omit<Point, 'hidden'>[], isCut: boolean) {
  const features = rows.flatMap(({ $id: id, latitude, longitude, status, title, reference, category }) => {
    if (latitude === null || longitude === null) return [];
    return {
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [longitude, latitude] },
      properties: { id, reference, title, status, category },
    };
  });
  const truncated = isCut || features.length > MAX_POINTS;
  return { type: 'FeatureCollection' as const, features: features.slice(0, MAX_POINTS), truncated };
}

/** Whether the columns of a point are enough to check the filter. */
function isPlain({ scope: _s, box: _b, statuses: _t, category: _c, ...others }: Filter): boolean {
  return Object.values(others).every((value) => value === undefined);
}

/**
 * The complaints in a box as GeoJSON (RFC 7946): at most 1,000, `truncated` if there may be more. With only status and
 * category, the first 2,000 complaints of the cells that the box touches are checked; other filters use the list.
 */
export async function mapComplaints(deps: Deps, search: Search) {
  const { filter, words, followedBy } = search;
  if (!filter) return collectionOf([], false);
  const { scope, box, statuses, category } = filter;
  // The schema refuses `format` without `bbox`.
  if (!box) throw new Error('a map without a box');
  if (words.length > 0 || followedBy !== undefined || !isPlain(filter)) {
    const { rows, next } = await findRows(deps, { ...search, page: 1, pageSize: MAX_POINTS }, filter);
    return collectionOf(rows, next !== undefined);
  }
  const { rows, isCut } = await readPoints(deps.store, scope, cellRanges({ box }, RANGES_PER_QUERY), MAX_ROWS_READ);
  const wanted = category?.toLowerCase();
  const fitting = rows.filter(({ latitude, longitude, status, category: its }) => {
    if (latitude === null || longitude === null || !isInBox({ latitude, longitude }, box)) return false;
    return (statuses?.includes(status) ?? true) && (category === undefined || its?.toLowerCase() === wanted);
  });
  return collectionOf(fitting, isCut);
}
