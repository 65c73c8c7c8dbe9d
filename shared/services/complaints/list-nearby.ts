import { type Filter, positionOf } from '#shared/appwrite/complaint-queries.ts';
import { listAfter, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import type { Sort } from '#shared/domain/complaint.ts';
import { metresBetween, type Point } from '#shared/domain/place.ts';
import type { Place } from './cursor.ts';
import type { Found } from './list-complaints.ts';

export type Near = { point: Point; radius: number };
type Wanted = { filter: Filter; sort: Sort; pageSize: number; after: Place | undefined; near: Near };

/** However crowded the corners of the box are: a page that is not full by then is short, and `next` goes on from there. */
const MOST_CALLS = 4;
const LARGEST_CALL = 500;

function isWithin({ latitude, longitude }: StoredComplaint, { point, radius }: Near): boolean {
  if (latitude === null || longitude === null) return false;
  return metresBetween(point, { latitude, longitude }) <= radius;
}

/** What lies within the circle: the database knows the box around it, of which the circle fills three quarters. Nearly always one call. */
export async function listNearby({ store }: Deps, wanted: Wanted): Promise<Found> {
  const { filter, sort, pageSize, near } = wanted;
  const rows: StoredComplaint[] = [];
  let position = wanted.after?.position;
  let limit = Math.ceil(pageSize * 1.5) + 2;
  let exhausted = false;
  for (let call = 0; call < MOST_CALLS && !exhausted && rows.length <= pageSize; call += 1) {
    const batch = await listAfter(store, { filter, sort, limit }, position);
    rows.push(...batch.filter((row) => isWithin(row, near)));
    exhausted = batch.length < limit;
    const last = batch.at(-1);
    if (last) position = positionOf(sort, last);
    limit = Math.min(limit * 3, LARGEST_CALL);
  }
  const page = rows.slice(0, pageSize);
  const full = page.at(-1);
  const end = rows.length > pageSize && full ? positionOf(sort, full) : exhausted ? undefined : position;
  // What the pages so far have shown: at least that many.
  const total = (wanted.after?.seen ?? 0) + rows.length;
  return { rows: page, next: end, total: { total, isExact: false } };
}
