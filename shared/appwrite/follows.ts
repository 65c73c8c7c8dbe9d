import { Query } from 'node-appwrite';
import { COMPLAINT_ID_PATTERN, derivedId } from '#shared/domain/ids.ts';
import { findByReference, type StoredComplaint } from './complaints.ts';
import { orNoRow, readInChunks } from './id-chunks.ts';
import type { RowOf, Stored } from './row.ts';
import type { FollowRow } from './rows.ts';
import type { Store } from './store.ts';
import { create, type Operation, type RowOperation, remove, removeMany } from './transaction.ts';

export type Follow = Pick<Stored<RowOf<typeof FollowRow>>, 'personId' | 'complaintId'>;

/** The id of a follow row, derived from person and complaint: a person follows a complaint at most once. */
export function followRowId({ personId, complaintId }: Follow): string {
  return derivedId('f', 'follow', personId, complaintId);
}

/** Changes the number of followers of a complaint, in the commit that creates or removes their rows. */
export function countFollowers(complaintId: string, by: number): RowOperation {
  const action = by > 0 ? 'increment' : 'decrement';
  return {
    action,
    tableId: 'complaints',
    rowId: complaintId,
    data: { column: 'followers', value: Math.abs(by) },
  };
}

export function createFollow(follow: Follow): Operation {
  return create('follows', followRowId(follow), { ...follow });
}

export function removeFollow(follow: Follow): Operation {
  return remove('follows', followRowId(follow));
}

/**
 * Removes all followers of a complaint, in the commit that deletes it. Also works without any (corpus
 * transactions-588).
 */
export function removeFollowsOf(complaintId: string): Operation {
  return removeMany('follows', [Query.equal('complaintId', complaintId)]);
}

/** Removes the followers of a complaint that was deleted in the console. */
export async function sweepFollows(store: Store, complaintId: string): Promise<void> {
  await store.follows.removeWhere([Query.equal('complaintId', complaintId)]);
}

/** The complaint with this id or reference number, as the original of a duplicate. */
export async function findOriginal(store: Store, idOrReference: string): Promise<StoredComplaint | undefined> {
  const isId = COMPLAINT_ID_PATTERN.test(idOrReference);
  return isId ? store.complaints.find(idOrReference) : findByReference(store, idOrReference);
}

/** Whether any complaint is a duplicate of this one. */
export async function hasDuplicates(store: Store, complaintId: string): Promise<boolean> {
  const { rows } = await store.visibilities.list([
    Query.equal('duplicateOf', complaintId),
    Query.orderAsc('$id'),
    Query.limit(1),
  ]);
  return rows.length > 0;
}

/** Clears `duplicateOf` where it names a complaint that is gone. Idempotent. */
export async function forgetOriginal(store: Store, complaintId: string): Promise<void> {
  await store.complaints.updateWhere([Query.equal('duplicateOf', complaintId)], { duplicateOf: null });
}

/** Whether a person follows a complaint. */
export async function isFollowing(store: Store, follow: Follow): Promise<boolean> {
  return (await store.follows.find(followRowId(follow))) !== undefined;
}

/** Which of these complaints a person follows. */
export async function followedAmong(store: Store, personId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await store.follows.findMany(ids.map((complaintId) => followRowId({ personId, complaintId })));
  return new Set(rows.map((row) => row.complaintId));
}

/** Which of these people follow a complaint. */
export async function followersAmong(store: Store, complaintId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await store.follows.findMany(ids.map((personId) => followRowId({ personId, complaintId })));
  return new Set(rows.map((row) => row.personId));
}

export type FollowSlice = {
  after?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  descending: boolean;
  limit: number;
};

/**
 * The query for complaints that a person follows, after the complaint `after`, filed from the time key `from` to before
 * `to`.
 */
export function followQueries(personId: string, { after, from, to, descending, limit }: FollowSlice): string[] {
  const beyond = descending ? Query.lessThan : Query.greaterThan;
  const order = descending ? Query.orderDesc : Query.orderAsc;
  return [
    Query.equal('personId', personId),
    ...(from === undefined ? [] : [Query.greaterThanEqual('complaintId', from)]),
    ...(to === undefined ? [] : [Query.lessThan('complaintId', to)]),
    ...(after === undefined ? [] : [beyond('complaintId', after)]),
    order('complaintId'),
    order('$id'),
    Query.limit(limit),
  ];
}

/** The follow rows of a person, in the order of the complaints' filing. */
export async function listFollows(store: Store, personId: string, slice: FollowSlice) {
  return (await store.follows.list(followQueries(personId, slice))).rows;
}

/** The ids of complaints that a person follows, in the order of their filing. */
export async function listFollowed(store: Store, personId: string, slice: FollowSlice): Promise<string[]> {
  return (await listFollows(store, personId, slice)).map((row) => row.complaintId);
}

/** Up to `limit` people who follow a complaint. */
export async function listFollowers(store: Store, complaintId: string, limit: number): Promise<string[]> {
  const { rows } = await store.follows.list([
    Query.equal('complaintId', complaintId),
    Query.orderAsc('$id'),
    Query.limit(limit),
  ]);
  return rows.map((row) => row.personId);
}

/** A page of the people who follow a complaint; `after` is the id of the last row seen, empty to begin. */
export async function pageFollowers(store: Store, complaintId: string, after: string, limit: number) {
  const { rows } = await store.follows.list([
    Query.equal('complaintId', complaintId),
    ...(after === '' ? [] : [Query.greaterThan('$id', after)]),
    Query.orderAsc('$id'),
    Query.limit(limit),
  ]);
  return { people: rows.map((row) => row.personId), next: rows.length < limit ? undefined : rows.at(-1)?.$id };
}

/** The visibility columns of the complaints among `ids` that exist. Makes a call even without ids (see `orNoRow`). */
export function readVisibilities(store: Store, ids: Iterable<string>) {
  return readInChunks('$id', orNoRow(ids), async (query, most) => {
    const { rows } = await store.visibilities.list([query, Query.limit(most)]);
    return rows;
  });
}
