import { type Filter, orderOf } from '#shared/appwrite/complaint-queries.ts';
import { listCategories, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { nextTurn } from '#shared/domain/clock.ts';
import type { Sort } from '#shared/domain/complaint.ts';
import type { Point } from '#shared/domain/geometry.ts';
import type { Viewer } from '#shared/domain/policy.ts';
import { unknownCategory } from './assignee-and-category.ts';
import { openCursor, sealCursor } from './cursor.ts';
import { listComplaints, type PagePosition, type Wanted } from './list-complaints.ts';
import { listInBox } from './list-in-box.ts';
import { listNearby, type NearbyPosition } from './list-nearby.ts';
import { presentComplaint } from './present.ts';
import { relationsOf } from './relations.ts';
import { searchComplaints } from './search-complaints.ts';
import type { Total } from './totals.ts';

export type Search = {
  /** undefined when nothing can match. */
  filter: Filter | undefined;
  sort: Sort;
  page: number;
  pageSize: number;
  /** The cursor as the client sent it. */
  after: string | undefined;
  /** Folded words that must all match; empty for no condition. */
  words: readonly string[];
  near: { point: Point; radius: number } | undefined;
  /** An account id: only the complaints that it follows. */
  followedBy: string | undefined;
};

type Row = StoredComplaint & { distance?: number };
type Page = { rows: Row[]; next: unknown; total: Total | null };

const EMPTY: Page = { rows: [], next: undefined, total: { total: 0, isExact: true } };

const kindOf = ({ near, sort }: Search) => (near ? 'near' : sort);

/** Reads a small box by its cells and a large one by the list's index, both in the same order. */
async function listed(deps: Deps, wanted: Wanted): Promise<Page> {
  if (wanted.filter.box && wanted.order.key === '$id') {
    const found = await listInBox(deps, wanted, wanted.filter.box);
    if (found) return found;
  }
  return listComplaints(deps, wanted);
}

async function pageOf(deps: Deps, search: Search, after: unknown, filter: Filter): Promise<Page> {
  const { sort, page, pageSize, words, near, followedBy } = search;
  if (near) {
    const nearby = { ...near, filter, words, pageSize, after: after as NearbyPosition | undefined };
    return { ...(await listNearby(deps, nearby)), total: null };
  }
  const order = orderOf(sort);
  const reached = after as PagePosition | undefined;
  if (words.length === 0 && followedBy === undefined)
    return listed(deps, { filter, order, pageSize, page, after: reached });
  const { descending } = order;
  return searchComplaints(deps, { filter, words, followedBy, descending, pageSize, after: reached?.key });
}

/** The stored spelling of a category, ignoring case; 422 when it does not exist. */
export async function storedCategory(deps: Deps, category: string): Promise<string> {
  const known = await listCategories(deps.store);
  const same = known.filter(({ $id }) => $id.toLowerCase() === category.toLowerCase());
  const stored = same.find(({ $id }) => $id === category) ?? same[0];
  if (stored) return stored.$id;
  throw unknownCategory(category);
}

/**
 * Runs the search with the stored spelling of the category, ignoring case on every database. 422 for an unknown
 * category.
 */
async function ignoringCase(deps: Deps, filter: Filter, find: (filter: Filter) => Promise<Page>): Promise<Page> {
  const found = await find(filter);
  const { category } = filter;
  if (typeof category !== 'string') return found;
  const [first] = found.rows;
  if (!first && found.total !== null && found.total.total > 0) return found;
  // Complaints may keep a deleted category. A category without complaints must exist.
  const stored = first?.category ?? (await storedCategory(deps, category));
  return stored === category ? found : find({ ...filter, category: stored });
}

/** One page of stored rows; `after` is a decrypted cursor. */
export function findRows(deps: Deps, search: Search, filter: Filter, after?: unknown): Promise<Page> {
  return ignoringCase(deps, filter, (one) => pageOf(deps, search, after, one));
}

/** The page of a query as this viewer may see it, with the cursor of the next page. 422 for an invalid cursor. */
export async function findComplaints(deps: Deps, viewer: Viewer, search: Search) {
  const { filter, page, pageSize, after } = search;
  const opened = after === undefined ? undefined : openCursor(deps.config, kindOf(search), after);
  const { rows, next, total } = filter ? await findRows(deps, search, filter, opened) : EMPTY;
  const allFollowed = search.followedBy !== undefined;
  const relations = await relationsOf(deps, viewer, rows, { allFollowed });
  const audience = { viewer, config: deps.config, relations };
  // Lets other requests run before many rows are presented.
  if (rows.length > 50) await nextTurn();
  const counted = after === undefined ? total : null;
  return {
    items: rows.map((row) => ({
      ...presentComplaint(row, audience),
      ...(row.distance === undefined ? {} : { distance: Math.round(row.distance) }),
    })),
    page: after === undefined ? page : null,
    pageSize,
    total: counted?.total ?? null,
    totalIsExact: counted?.isExact ?? false,
    totalPages: counted ? Math.ceil(counted.total / pageSize) : null,
    next: next === undefined ? null : sealCursor(deps.config, kindOf(search), next),
  };
}
