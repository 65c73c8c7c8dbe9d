import { RANGES_PER_QUERY, readPoints } from '#shared/appwrite/places.ts';
import type { Deps } from '#shared/compose.ts';
import { cellRanges } from '#shared/domain/cells.ts';
import { type Box, isInBox } from '#shared/domain/geometry.ts';
import type { Sight } from '#shared/domain/policy.ts';
import type { Status } from '#shared/domain/status.ts';
import { MAX_ROWS_READ } from './list-complaints.ts';

const MAX_POINTS = 1_000;

/** `category`: null for none, undefined for any. */
export type Map = {
  sight: Sight;
  box: Box;
  statuses: readonly Status[] | undefined;
  category: string | null | undefined;
};

/**
 * The complaints in a box as GeoJSON (RFC 7946), found by the cells that it touches. At most 1,000 of the first 2,000
 * in these; `truncated` when there may be more.
 */
export async function mapComplaints({ store }: Pick<Deps, 'store'>, { sight, box, statuses, category }: Map) {
  const { rows, isCut } = await readPoints(store, sight, cellRanges({ box }, RANGES_PER_QUERY), MAX_ROWS_READ);
  const wanted = category?.toLowerCase();
  const features = rows.flatMap(({ $id: id, latitude, longitude, status, title, reference, category: its }) => {
    if (latitude === null || longitude === null || !isInBox({ latitude, longitude }, box)) return [];
    if (statuses !== undefined && !statuses.includes(status)) return [];
    if (category !== undefined && its?.toLowerCase() !== wanted) return [];
    return {
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [longitude, latitude] },
      properties: { id, reference, title, status, category: its },
    };
  });
  const truncated = isCut || features.length > MAX_POINTS;
  return { type: 'FeatureCollection' as const, features: features.slice(0, MAX_POINTS), truncated };
}
