import { Query } from 'node-appwrite';
import { imageFileIds, isLaterImage, ownerOfFile } from '#shared/domain/ids.ts';
import type { Gateway } from './gateway.ts';
import { readInChunks, valueChunks } from './id-chunks.ts';
import { filesByIds, filesByQuery } from './media.ts';
import { type RowOf, row, type Stored, text } from './row.ts';
import type { CheckedRow } from './rows.ts';
import type { Store } from './store.ts';
import { Table } from './table.ts';

/** Rows that the range query of `presentAmong` may read beyond the ids it looks for. */
const SLACK = 50;
/** The page size of timeline entries in `withTimeline`. */
const MAX_ENTRIES = 1_000;

export type CheckedComplaint = Stored<RowOf<typeof CheckedRow>>;
type TimelineOwner = Stored<RowOf<typeof OwnerRow>>;

const IdRow = row({});
const OwnerRow = row({ complaintId: text });

// Tables with single columns: a row that cannot be read in full must not stop the reconciliation.
const idsOf = (gateway: Gateway) => new Table(gateway, 'complaints', IdRow);
const owners = (gateway: Gateway) => new Table(gateway, 'timeline', OwnerRow);

const seek = (column: string, after: string) => (after === '' ? [] : [Query.greaterThan(column, after)]);

type Find = (queries: string[]) => Promise<string[]>;

/** Which of these ids exist. Many ids are looked up by one range query first, then each id that it did not return. */
async function presentAmong(ids: readonly string[], find: Find): Promise<Set<string>> {
  const sorted = [...new Set(ids)].sort();
  const seen = new Set<string>();
  if (valueChunks('$id', sorted).length > 1) {
    const range = [Query.greaterThanEqual('$id', sorted[0] ?? ''), Query.lessThanEqual('$id', sorted.at(-1) ?? '')];
    for (const id of await find([...range, Query.orderAsc('$id'), Query.limit(sorted.length + SLACK)])) seen.add(id);
  }
  const unseen = sorted.filter((id) => !seen.has(id));
  const found = await readInChunks('$id', unseen, (query, most) => find([query, Query.limit(most)]));
  for (const id of found) seen.add(id);
  return new Set(sorted.filter((id) => seen.has(id)));
}

/** Which of these complaints exist. By query: `getRow` may serve a stale copy. */
export function existingComplaints(gateway: Gateway, ids: readonly string[]): Promise<Set<string>> {
  return presentAmong(ids, async (queries) => {
    const { rows } = await idsOf(gateway).list(queries);
    return rows.map((row) => row.$id);
  });
}

/**
 * Which of these files belong to a complaint that exists. Those of its filing always do; those added later only when
 * its row names them, since a request that died may have left others. When a row's pictures are unreadable, all its
 * files count as its own.
 */
export async function ownedFiles(gateway: Gateway, store: Store, ids: readonly string[]): Promise<Set<string>> {
  const living = await existingComplaints(
    gateway,
    ids.map(ownerOfFile).filter((id) => id !== undefined),
  );
  const owned = ids.filter((id) => living.has(ownerOfFile(id) ?? ''));
  const owners = new Set(owned.filter(isLaterImage).map((id) => ownerOfFile(id) ?? ''));
  const rows = owners.size === 0 ? [] : await store.pictures.findMany([...owners]);
  const named = new Map(rows.map(({ $id, images }) => [$id, images?.map((image) => image.id)]));
  return new Set(
    owned.filter((id) => {
      const owner = ownerOfFile(id) ?? '';
      return !isLaterImage(id) || !named.has(owner) || (named.get(owner)?.includes(id) ?? true);
    }),
  );
}

/** Which of these files are stored in full. */
export function completeFiles(gateway: Gateway, ids: readonly string[]): Promise<Set<string>> {
  return presentAmong(ids, async (queries) => {
    const files = await filesByQuery(gateway, queries);
    return files.filter((file) => file.complete).map((file) => file.id);
  });
}

/** The next page of complaints by id; an empty `after` starts at the beginning. */
export async function listComplaints(store: Store, after: string, limit: number): Promise<CheckedComplaint[]> {
  const { rows } = await store.checked.list([...seek('$id', after), Query.orderAsc('$id'), Query.limit(limit)]);
  return rows;
}

/** A cursor over written complaints: the time of a write, and the id of the last row seen with that time. */
export type ChangeMark = { at: string; id: string };

/** Complaints written after the cursor, by the API or in the console, in the order of their last write. */
export async function listWrittenAfter(store: Store, { at, id }: ChangeMark, limit: number) {
  const tied = Query.and([Query.equal('$updatedAt', at), Query.greaterThan('$id', id)]);
  const later = Query.greaterThan('$updatedAt', at);
  const { rows } = await store.checked.list([
    Query.greaterThanEqual('$updatedAt', at),
    ...(id === '' ? [] : [Query.or([later, tied])]),
    Query.orderAsc('$updatedAt'),
    Query.orderAsc('$id'),
    Query.limit(limit),
  ]);
  return rows;
}

/** The next timeline entries in the order of their complaints' ids, reading `complaintId` only. */
export async function listTimelineOwners(gateway: Gateway, after: string, limit: number): Promise<TimelineOwner[]> {
  const { rows } = await owners(gateway).list([
    ...seek('complaintId', after),
    Query.orderAsc('complaintId'),
    Query.limit(limit),
  ]);
  return rows;
}

/** The complaints among `ids` that have a timeline; all of them when their entries do not fit into one page. */
async function withTimeline(gateway: Gateway, ids: readonly string[]): Promise<readonly string[]> {
  const queries = [Query.equal('complaintId', [...ids]), Query.limit(MAX_ENTRIES)];
  const { rows } = await owners(gateway).list(queries);
  return rows.length === MAX_ENTRIES ? ids : rows.map((entry) => entry.complaintId);
}

/** Which of these complaints are gone but have left pictures or a timeline behind. */
export async function deletedWithLeftovers(gateway: Gateway, ids: readonly string[]): Promise<Set<string>> {
  const [living, files, ...timelines] = await Promise.all([
    existingComplaints(gateway, ids),
    filesByIds(gateway, ids.flatMap(imageFileIds)),
    ...valueChunks('complaintId', ids).map((some) => withTimeline(gateway, some)),
  ]);
  const left = new Set([...files.map((file) => ownerOfFile(file.id) ?? ''), ...timelines.flat()]);
  return new Set(ids.filter((id) => left.has(id) && !living.has(id)));
}

/**
 * Whether a complaint has a timeline. Its first entry is committed together with its row, so an entry proves that it
 * was filed.
 */
export async function hasTimeline(gateway: Gateway, complaintId: string): Promise<boolean> {
  const { rows } = await owners(gateway).list([Query.equal('complaintId', complaintId), Query.limit(1)]);
  return rows.length > 0;
}
