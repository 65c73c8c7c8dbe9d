import { Query } from 'node-appwrite';
import {
  afterQueries,
  type Filter,
  filterQueries,
  orderQueries,
  type Position,
  type Sort,
} from './complaint-queries.ts';
import type { RowMeta, Stored } from './row.ts';
import type { Complaint, Entry } from './rows.ts';
import type { Store } from './store.ts';
import type { Page } from './table.ts';

export type StoredComplaint = Stored<Complaint>;
export type StoredEntry = Stored<Entry>;

/** Appwrite stops counting here. */
export const COUNT_CAP = 5_000;

export type Slice = { filter: Filter; sort: Sort; limit: number };

/** A page by number, counted in the same call. */
export function listByOffset(store: Store, { filter, sort, limit }: Slice, offset: number): Promise<Page<Complaint>> {
  const order = [...orderQueries(sort), Query.limit(limit), Query.offset(offset)];
  return store.complaints.list([...filterQueries(filter), ...order], { total: true });
}

/** What follows a position, or the beginning; not counted, since a seek would count only the rest. */
export async function listAfter(store: Store, slice: Slice, after: Position | undefined): Promise<StoredComplaint[]> {
  const seek = after ? afterQueries(slice.sort, after) : [];
  const order = [...orderQueries(slice.sort), Query.limit(slice.limit)];
  const { rows } = await store.complaints.list([...filterQueries(slice.filter), ...seek, ...order]);
  return rows;
}

/** How many there are, up to COUNT_CAP. In an order that an index gives: the one row that comes along must not cost a sort. */
export async function countComplaints(store: Store, filter: Filter): Promise<number> {
  const { total } = await store.complaints.list(
    [...filterQueries(filter), ...orderQueries('-createdAt'), Query.limit(1)],
    { total: true },
  );
  return total;
}

/**
 * Hidden complaints that were written since a moment, or after a complaint of that moment; oldest write first. Appwrite
 * refuses to compare `$sequence` with 0.
 */
export async function listHiddenSince(
  store: Store,
  { $updatedAt, $sequence }: Pick<RowMeta, '$updatedAt'> & Partial<Pick<RowMeta, '$sequence'>>,
  limit: number,
): Promise<StoredComplaint[]> {
  const since =
    $sequence === undefined
      ? Query.greaterThanEqual('$updatedAt', $updatedAt)
      : Query.or([
          Query.greaterThan('$updatedAt', $updatedAt),
          Query.and([Query.equal('$updatedAt', $updatedAt), Query.greaterThan('$sequence', $sequence)]),
        ]);
  const order = [Query.orderAsc('$updatedAt'), Query.orderAsc('$sequence'), Query.limit(limit)];
  const { rows } = await store.complaints.list([Query.equal('hidden', true), since, ...order]);
  return rows;
}

export type EntryRange = { after: number; limit: number; internal: boolean };

/** A complaint's timeline, oldest first; `after` is the number of the last entry seen. */
export async function listEntries(store: Store, complaintId: string, range: EntryRange): Promise<StoredEntry[]> {
  const { rows } = await store.timeline.list([
    Query.equal('complaintId', complaintId),
    ...(range.internal ? [] : [Query.equal('internal', false)]),
    ...(range.after > 0 ? [Query.greaterThan('number', range.after)] : []),
    Query.orderAsc('number'),
    Query.orderAsc('$sequence'),
    Query.limit(range.limit),
  ]);
  return rows;
}

/** Takes a deleted complaint's timeline away; doing it again is harmless. */
export async function removeTimeline(store: Store, complaintId: string): Promise<void> {
  await store.timeline.removeWhere([Query.equal('complaintId', complaintId)]);
}

/** Every category, by name. */
export async function listCategories(store: Store) {
  const { rows } = await store.categories.list([Query.orderAsc('name'), Query.limit(200)]);
  return rows;
}
