import { Query } from 'node-appwrite';
import { NO_CATEGORY } from '#shared/domain/categories.ts';
import type { ENTRY_KINDS } from '#shared/domain/complaint.ts';
import { isSafeId } from '#shared/domain/ids.ts';
import type { Status } from '#shared/domain/status.ts';
import {
  type Filter,
  filterQueries,
  filterQueriesById,
  indexedQueries,
  type Key,
  type Order,
  orderQueries,
  type Span,
  type Stream,
} from './complaint-queries.ts';
import { orNoRow, readInChunks, valueChunks } from './id-chunks.ts';
import type { RowOf, Stored } from './row.ts';
import type { Category, Complaint, ComplaintKeysRow, DueRow, Entry } from './rows.ts';
import type { Store } from './store.ts';
import type { Page } from './table.ts';
import { create, type Operation } from './transaction.ts';

export type StoredComplaint = Stored<Complaint>;
export type StoredEntry = Stored<Entry>;
export type StoredDue = Stored<RowOf<typeof DueRow>>;
export type ComplaintKeys = Stored<RowOf<typeof ComplaintKeysRow>>;

/** The page size when several timelines are read at once. */
const ENTRIES_PER_READ = 1_000;

/** The largest `total` that Appwrite counts. */
export const COUNT_CAP = 5_000;

export type Listed = { filter: Filter; order: Order };
export type Slice = Span & { limit: number; offset?: number; total?: boolean };

export const keyOf = (row: ComplaintKeys, key: Key): string => row[key];

function sliceQueries(stream: Stream, { filter, order }: Listed, { limit, offset = 0, ...span }: Slice): string[] {
  return [
    ...indexedQueries(stream, filter, order, span),
    ...stream.light,
    ...stream.rest,
    ...orderQueries(stream, order),
    Query.limit(limit),
    ...(offset > 0 ? [Query.offset(offset)] : []),
  ];
}

/** Rows of one stream in the list's order. `total` counts the rows of the stream within the span, up to COUNT_CAP. */
export function readStream(store: Store, stream: Stream, listed: Listed, slice: Slice): Promise<Page<Complaint>> {
  return store.complaints.list(sliceQueries(stream, listed, slice), { total: slice.total === true });
}

/** As `readStream`, but only ids and keys. */
export function readKeys(store: Store, stream: Stream, listed: Listed, slice: Slice) {
  return store.complaintKeys.list(sliceQueries(stream, listed, slice), { total: slice.total === true });
}

/**
 * The key of row number `rows` of the span in the stream's index, ignoring the stream's other conditions; undefined
 * when the span is shorter. Reading up to that key examines at most `rows` rows, however few of them match.
 */
export async function keyAfterRows(
  store: Store,
  stream: Stream,
  listed: Listed,
  { rows, ...span }: Span & { rows: number },
): Promise<string | undefined> {
  const slice = { ...span, limit: 1, offset: rows - 1 };
  const page = await store.complaintKeys.list(sliceQueries({ ...stream, light: [], rest: [] }, listed, slice));
  const [last] = page.rows;
  return last && keyOf(last, listed.order.key);
}

/**
 * The number of rows in a stream, up to COUNT_CAP. Reads in reverse order, where the one row that the call must return
 * is found at once.
 */
export async function countStream(store: Store, stream: Stream, { filter, order }: Listed): Promise<number> {
  const backwards = { filter, order: { ...order, descending: !order.descending } };
  return (await readKeys(store, stream, backwards, { limit: 1, total: true })).total;
}

/** By its reference as it is stored. */
export async function findByReference(store: Store, reference: string): Promise<StoredComplaint | undefined> {
  const { rows } = await store.complaints.list([Query.equal('reference', reference), Query.limit(1)]);
  return rows[0];
}

type FirstOnes = { descending: boolean; most: number };

/**
 * The complaints among `ids` that match a filter, in no order. Of each 100 ids, at most the first `most` matches by id.
 */
export function readComplaints(
  store: Store,
  ids: Iterable<string>,
  filter: Filter,
  { descending, most }: FirstOnes = { descending: false, most: Number.POSITIVE_INFINITY },
): Promise<StoredComplaint[]> {
  const order = descending ? Query.orderDesc('$id') : Query.orderAsc('$id');
  return readInChunks('$id', orNoRow(ids), async (query, asked) => {
    const inOrder = [order, Query.limit(Math.min(asked, most))];
    const { rows } = await store.complaints.list([query, ...filterQueriesById(filter), ...inOrder]);
    return rows;
  });
}

/** The ids among `ids` of complaints that match a filter, in no order. */
export function matchingIds(store: Store, ids: Iterable<string>, filter: Filter): Promise<string[]> {
  return readInChunks('$id', ids, async (query, most) => {
    const inOrder = [Query.orderAsc('$id'), Query.limit(most)];
    const { rows } = await store.complaintKeys.list([query, ...filterQueriesById(filter), ...inOrder]);
    return rows.map((row) => row.$id);
  });
}

/** How many complaints match, up to COUNT_CAP. */
export async function countComplaints(store: Store, filter: Filter): Promise<number> {
  const one = [Query.orderAsc('$id'), Query.limit(1)];
  const { total } = await store.complaintKeys.list([...filterQueries(filter), ...one], { total: true });
  return total;
}

/**
 * Complaints assigned to a person, without those in the statuses `except`. Compares the username again, since equality
 * in the database ignores case and accents.
 */
export async function listAssigned(
  store: Store,
  { username, except, limit }: { username: string; except: readonly Complaint['status'][]; limit: number },
): Promise<StoredComplaint[]> {
  const { rows } = await store.complaints.list([
    Query.equal('assignedTo', username),
    ...except.map((status) => Query.notEqual('status', status)),
    Query.limit(limit),
  ]);
  return rows.filter((row) => row.assignedTo === username);
}

/** Complaints whose next step (deadline, escalation, closing) is due, the longest due first. */
export async function listDueSteps(store: Store, now: Date, limit: number): Promise<StoredDue[]> {
  const { rows } = await store.due.list([
    Query.lessThanEqual('stepAt', now.toISOString()),
    Query.orderAsc('stepAt'),
    Query.limit(limit),
  ]);
  return rows;
}

/** Complaints whose contact was to be removed before `now`. */
export async function listDueContacts(store: Store, now: Date, limit: number) {
  const { rows } = await store.contacts.list([
    Query.lessThan('contactUntil', now.toISOString()),
    Query.orderAsc('contactUntil'),
    Query.limit(limit),
  ]);
  return rows;
}

export type EntryRange = { after: number; limit: number; internal: boolean };

/** A complaint's timeline, oldest first, with or without internal entries. `after` is the number of entries to skip. */
export async function listEntries(store: Store, complaintId: string, range: EntryRange): Promise<StoredEntry[]> {
  const { rows } = await store.timeline.list([
    Query.equal('complaintId', complaintId),
    ...(range.internal ? [] : [Query.equal('internal', false)]),
    Query.orderAsc('number'),
    Query.orderAsc('$sequence'),
    Query.limit(range.limit),
    ...(range.after > 0 ? [Query.offset(range.after)] : []),
  ]);
  return rows;
}

/** All entries of these complaints by complaint, oldest first; with `by` only those of that account. */
export async function readTimelines(
  store: Store,
  ids: Iterable<string>,
  by?: string,
): Promise<Map<string, StoredEntry[]>> {
  const timelines = new Map<string, StoredEntry[]>();
  for (const chunk of valueChunks('complaintId', ids)) {
    for (let offset = 0, length = ENTRIES_PER_READ; length === ENTRIES_PER_READ; offset += length) {
      const { rows } = await store.timeline.list([
        Query.equal('complaintId', chunk),
        ...(by === undefined ? [] : [Query.equal('byId', by)]),
        Query.orderAsc('complaintId'),
        Query.orderAsc('number'),
        Query.orderAsc('$sequence'),
        Query.limit(ENTRIES_PER_READ),
        ...(offset > 0 ? [Query.offset(offset)] : []),
      ]);
      for (const row of rows) {
        const entries = timelines.get(row.complaintId);
        if (entries) entries.push(row);
        else timelines.set(row.complaintId, [row]);
      }
      length = rows.length;
    }
  }
  return timelines;
}

/** The entries of these numbers, oldest first. */
export async function listEntriesByNumber(store: Store, complaintId: string, numbers: readonly number[]) {
  const { rows } = await store.timeline.list([
    Query.equal('complaintId', complaintId),
    Query.equal('number', [...new Set(numbers)]),
    Query.orderAsc('number'),
    Query.limit(100),
  ]);
  return rows;
}

type SystemEntry = {
  complaintId: string;
  number: number;
  kind: (typeof ENTRY_KINDS)[number];
  status: Status;
  progress: number;
} & Record<string, unknown>;

/** The operation that adds a timeline entry of the system, public and without notes unless `entry` says otherwise. */
export function systemEntry(entryId: string, entry: SystemEntry): Operation {
  const bySystem = { byId: null, byName: null, role: 'system', note: null, internalNote: null, internal: false };
  return create('timeline', entryId, { ...bySystem, ...entry });
}

/** The `wasCommitted` check of a commit that adds this timeline entry. */
export const hasEntry = (store: Store, entryId: string) => async () =>
  (await store.timeline.find(entryId)) !== undefined;

/** Removes a deleted complaint's timeline; idempotent. */
export async function removeTimeline(store: Store, complaintId: string): Promise<void> {
  await store.timeline.removeWhere([Query.equal('complaintId', complaintId)]);
}

/** The category with exactly this id. Compares the id again, since MariaDB ignores case. */
export async function findCategory(store: Store, id: string): Promise<Stored<Category> | undefined> {
  if (id === NO_CATEGORY || !/^[A-Za-z0-9][\w.-]{0,35}$/.test(id)) return undefined;
  const { rows } = await store.categories.list([Query.equal('$id', id), Query.limit(1)]);
  return rows.find((row) => row.$id === id);
}

/**
 * Updates a category by compare-and-set; false when it was changed since it was read. A category whose id is not valid
 * in a path is updated by query, without compare-and-set.
 */
export async function changeCategory(store: Store, row: Stored<Category>, data: Partial<Category>): Promise<boolean> {
  if (isSafeId(row.$id)) return (await store.categories.replace(row, data)) !== undefined;
  await store.categories.updateWhere([Query.equal('$id', row.$id)], data);
  return true;
}

/** Up to 200 categories, by name. Sorted here, since each database has its own collation. */
export async function listCategories(store: Store) {
  const { rows } = await store.categories.list([Query.limit(200)]);
  return rows.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}
