import { type Filter, type Position, positionOf } from '#shared/appwrite/complaint-queries.ts';
import { countComplaints, listAfter, listByOffset, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { nextTurn } from '#shared/domain/clock.ts';
import type { Sort } from '#shared/domain/complaint.ts';
import type { Viewer } from '#shared/domain/policy.ts';
import { invalidField } from '#shared/domain/problems.ts';
import { encodeCursor, type Place } from './cursor.ts';
import { refuseUnknownCategory } from './known-names.ts';
import type { Near } from './list-nearby.ts';
import { presentComplaint } from './present.ts';
import { exactTotal, type Total } from './totals.ts';

export type Listing = {
  /** undefined when nothing can match. */
  filter: Filter | undefined;
  sort: Sort;
  page: number;
  pageSize: number;
  after: Place | undefined;
  near: Near | undefined;
};

type Wanted = Listing & { filter: Filter };
export type Found = { rows: StoredComplaint[]; next: Position | undefined; total: Total };

const NOTHING: Found = { rows: [], next: undefined, total: { total: 0, isExact: true } };

/** Past it the database walks over everything before the page; `after` seeks instead. */
const DEEPEST_OFFSET = 20_000;

function pageOf(rows: StoredComplaint[], { sort, pageSize }: Wanted, total: Total): Found {
  const last = rows[pageSize - 1];
  return {
    rows: rows.slice(0, pageSize),
    next: rows.length > pageSize && last ? positionOf(sort, last) : undefined,
    total,
  };
}

/** Too deep to walk to: empty when the end is known to come before it, refused otherwise. */
async function beyondDepth({ store }: Deps, { filter }: Wanted, offset: number): Promise<Found> {
  const total = await exactTotal(store, filter, await countComplaints(store, filter));
  if (total.isExact && total.total <= offset) return { ...NOTHING, total };
  const message = `reaches deeper than ${DEEPEST_OFFSET} entries; follow \`next\` with \`after\` instead`;
  throw invalidField('page', 'too_big', message);
}

async function byPage(deps: Deps, wanted: Wanted): Promise<Found> {
  const { filter, sort, page, pageSize } = wanted;
  const offset = (page - 1) * pageSize;
  if (offset > DEEPEST_OFFSET) return beyondDepth(deps, wanted, offset);
  const found = await listByOffset(deps.store, { filter, sort, limit: pageSize + 1 }, offset);
  return pageOf(found.rows, wanted, await exactTotal(deps.store, filter, found.total));
}

async function byCursor({ store }: Deps, wanted: Wanted, after: Place): Promise<Found> {
  const { filter, sort, pageSize } = wanted;
  const [rows, counted] = await Promise.all([
    listAfter(store, { filter, sort, limit: pageSize + 1 }, after.position),
    countComplaints(store, filter),
  ]);
  return pageOf(rows, wanted, await exactTotal(store, filter, counted));
}

async function find(deps: Deps, { filter, ...listing }: Listing): Promise<Found> {
  if (!filter) return NOTHING;
  const wanted = { ...listing, filter };
  if (listing.near) {
    const { listNearby } = await import('./list-nearby.ts');
    return listNearby(deps, { ...wanted, near: listing.near });
  }
  const found = await (listing.after ? byCursor(deps, wanted, listing.after) : byPage(deps, wanted));
  // A category that is gone may still have complaints; one that has none must at least be there.
  if (found.total.total === 0) await refuseUnknownCategory(deps, filter.category);
  return found;
}

/** A page of what this viewer may see. `next` is there while there is more. */
export async function listComplaints(deps: Deps, viewer: Viewer, listing: Listing) {
  const { near, after, sort, page, pageSize } = listing;
  const { rows, next, total } = await find(deps, listing);
  // Reading many rows was one piece of work, writing them is another.
  if (rows.length > 50) await nextTurn();
  const seen = near ? (after?.seen ?? 0) + rows.length : 0;
  return {
    items: rows.map((row) => presentComplaint(row, { viewer, config: deps.config })),
    page: after ? null : page,
    pageSize,
    total: total.total,
    totalIsExact: total.isExact,
    totalPages: Math.ceil(total.total / pageSize),
    next: next ? encodeCursor(sort, { position: next, seen }) : null,
  };
}
