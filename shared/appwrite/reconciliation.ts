import { Query } from 'node-appwrite';
import { imageFileIds, isLaterImage, ownerOfFile } from '#shared/domain/ids.ts';
import type { Gateway } from './gateway.ts';
import { readInChunks, valueChunks } from './id-chunks.ts';
import { filesByIds, filesByQuery } from './media.ts';
import { type RowOf, row, type Stored, text } from './row.ts';
import type { CheckedRow } from './rows.ts';
import type { Store } from './store.ts';
import { Table } from './table.ts';

/** Rows between two known ones that were not asked for, before they are asked for one by one. */
const SLACK = 50;
/** Timeline entries that one look lists. */
const MAX_ENTRIES = 1_000;

export type CheckedComplaint = Stored<RowOf<typeof CheckedRow>>;
type TimelineOwner = Stored<RowOf<typeof OwnerRow>>;

const IdRow = row({});
const OwnerRow = row({ complaintId: text });

// Single columns: a row that cannot be read in full must not stop the reconciliation.
const idsOf = (gateway: Gateway) => new Table(gateway, 'complaints', IdRow);
const owners = (gateway: Gateway) => new Table(gateway, 'timeline', OwnerRow);

const seek = (column: string, after: string) => (after === '' ? [] : [Query.greaterThan(column, after)]);

type Find = (queries: string[]) => Promise<string[]>;

/** Which of the ids there are: one look at everything between the first and the last, then at each that was not seen. */
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
 * Which of these files belong to a complaint: those that it may be filed with, as long as it is there; those added later
 * only when its row names them, since a request that died in between leaves some that no row names. Where the pictures
 * of a row cannot be read, all are taken for its own.
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

/** The next complaints by id; an empty `after` begins. */
export async function listComplaints(store: Store, after: string, limit: number): Promise<CheckedComplaint[]> {
  const { rows } = await store.checked.list([...seek('$id', after), Query.orderAsc('$id'), Query.limit(limit)]);
  return rows;
}

/** Where reading the changed complaints goes on: the time of a write, and the id of the last row seen of that time. */
export type ChangeMark = { at: string; id: string };

/** Complaints that were written after a mark, by anybody, in the order of their last write. */
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

/** The next timeline entries, by the complaint they tell of. */
export async function listTimelineOwners(gateway: Gateway, after: string, limit: number): Promise<TimelineOwner[]> {
  const { rows } = await owners(gateway).list([
    ...seek('complaintId', after),
    Query.orderAsc('complaintId'),
    Query.limit(limit),
  ]);
  return rows;
}

/** Those of these complaints that have a timeline; all of them when they have too many entries to be listed in one call. */
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

/** Whether a complaint has a timeline: its first entry is committed together with its row, so it proves that it was filed. */
export async function hasTimeline(gateway: Gateway, complaintId: string): Promise<boolean> {
  const { rows } = await owners(gateway).list([Query.equal('complaintId', complaintId), Query.limit(1)]);
  return rows.length > 0;
}
