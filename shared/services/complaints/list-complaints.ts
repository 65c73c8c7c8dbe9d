import { type Filter, type Position, positionOf, type Sort } from '#shared/appwrite/complaint-queries.ts';
import { countComplaints, listAfter, listByOffset, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { metresBetween, type Point } from '#shared/domain/place.ts';
import type { Viewer } from '#shared/domain/policy.ts';
import { invalidField } from '#shared/domain/problems.ts';
import { encodeCursor } from './cursor.ts';
import { presentComplaint } from './present.ts';
import { exactTotal, type Total } from './totals.ts';

export type Listing = {
  filter: Filter;
  sort: Sort;
  page: number;
  pageSize: number;
  after: Position | undefined;
  near: { point: Point; radius: number } | undefined;
};

type Found = { rows: StoredComplaint[]; more: boolean; total: Total };

/** Past it the database walks over everything before the page; `after` seeks instead. */
const DEEPEST_OFFSET = 20_000;

async function byPage({ store }: Deps, listing: Listing): Promise<Found> {
  const { filter, sort, page, pageSize } = listing;
  const offset = (page - 1) * pageSize;
  if (offset > DEEPEST_OFFSET) {
    const counted = await countComplaints(store, filter);
    const total = await exactTotal(store, filter, counted);
    if (total.total > offset) {
      const message = `reaches deeper than ${DEEPEST_OFFSET} entries; follow \`next\` with \`after\` instead`;
      throw invalidField('page', 'too_big', message);
    }
    return { rows: [], more: false, total };
  }
  const found = await listByOffset(store, { filter, sort, limit: pageSize }, offset);
  const total = await exactTotal(store, filter, found.total);
  return { rows: found.rows, more: offset + found.rows.length < total.total, total };
}

async function byCursor({ store }: Deps, { filter, sort, pageSize, after }: Listing): Promise<Found> {
  const [rows, counted] = await Promise.all([
    listAfter(store, { filter, sort, limit: pageSize + 1 }, after),
    countComplaints(store, filter),
  ]);
  const total = await exactTotal(store, filter, counted);
  return { rows: rows.slice(0, pageSize), more: rows.length > pageSize, total };
}

/** The box holds at least three quarters of the circle, so it is nearly always one call; a crowded corner takes another. */
async function nearby({ store }: Deps, listing: Listing, near: NonNullable<Listing['near']>): Promise<Found> {
  const { filter, sort, pageSize } = listing;
  const rows: StoredComplaint[] = [];
  const limit = Math.ceil(pageSize * 1.5) + 2;
  let after = listing.after;
  for (let exhausted = false; !exhausted && rows.length <= pageSize; ) {
    const batch = await listAfter(store, { filter, sort, limit }, after);
    exhausted = batch.length < limit;
    const last = batch.at(-1);
    if (last) after = positionOf(sort, last);
    rows.push(...batch.filter((row) => isWithin(row, near)));
  }
  const page = rows.slice(0, pageSize);
  return { rows: page, more: rows.length > pageSize, total: { total: rows.length, isExact: false } };
}

function isWithin({ latitude, longitude }: StoredComplaint, near: NonNullable<Listing['near']>): boolean {
  if (latitude === null || longitude === null) return false;
  return metresBetween(near.point, { latitude, longitude }) <= near.radius;
}

function find(deps: Deps, listing: Listing): Promise<Found> {
  return listing.after ? byCursor(deps, listing) : byPage(deps, listing);
}

/** A page of what this viewer may see. `next` is there while there is more. */
export async function listComplaints(deps: Deps, viewer: Viewer, listing: Listing) {
  const { near, sort, page, pageSize } = listing;
  const { rows, more, total } = await (near ? nearby(deps, listing, near) : find(deps, listing));
  const last = rows.at(-1);
  return {
    items: rows.map((row) => presentComplaint(row, { viewer, config: deps.config })),
    page: listing.after ? null : page,
    pageSize,
    total: total.total,
    totalIsExact: total.isExact,
    totalPages: Math.ceil(total.total / pageSize),
    next: more && last ? encodeCursor(sort, positionOf(sort, last)) : null,
  };
}
