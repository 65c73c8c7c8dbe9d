import { existingAccounts, requireAccount } from '#shared/appwrite/accounts.ts';
import {
  countFollowers,
  createFollow,
  followersAmong,
  isFollowing,
  listFollowed,
  listFollowers,
  readVisibilities,
  removeFollow,
} from '#shared/appwrite/follows.ts';
import { commit, type Operation, update } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { randomId } from '#shared/domain/ids.ts';

/** Follows per transaction: each takes up to three of the hundred operations. */
const AT_ONCE = 25;

/** Commits one step. False after a conflict or if a row is gone; the next run repeats the task. */
async function commitStep(
  deps: StorageDeps,
  operations: Operation[],
  wasCommitted: () => Promise<boolean>,
): Promise<boolean> {
  return (await commit(deps.gateway, { operations, wasCommitted })) === 'done';
}

/**
 * Removes all follows of an erased account, 25 per commit, until `isOver`. False if there may be more to do. Does
 * nothing if the account exists again.
 */
export async function unfollowAll(deps: StorageDeps, personId: string, isOver: () => boolean): Promise<boolean> {
  const { store } = deps;
  if (await store.users.find(personId)) return true;
  while (!isOver()) {
    const ids = await listFollowed(store, personId, { descending: false, limit: AT_ONCE });
    const [first] = ids;
    if (first === undefined) return true;
    // Complaints that were deleted in the console have no counter to update.
    const living = (await readVisibilities(store, ids)).map((row) => row.$id);
    const operations = [
      ...ids.map((complaintId) => removeFollow({ personId, complaintId })),
      ...living.map((complaintId) => countFollowers(complaintId, -1)),
    ];
    const wasCommitted = async () => !(await isFollowing(store, { personId, complaintId: first }));
    if (!(await commitStep(deps, operations, wasCommitted))) return false;
  }
  return false;
}

type Original = { $id: string; reporterId: string };

/** The people who should follow the original: those with an account who neither follow it nor filed it. */
async function newFollowersOf({ store }: StorageDeps, people: readonly string[], { $id, reporterId }: Original) {
  const [there, living] = await Promise.all([followersAmong(store, $id, people), existingAccounts(store, people)]);
  return people.filter((id) => !there.has(id) && living.has(id) && id !== reporterId);
}

function followAll(complaintId: string, people: readonly string[]): Operation[] {
  return [
    ...people.map((personId) => createFollow({ personId, complaintId })),
    ...people.map((personId) => requireAccount(personId)),
    countFollowers(complaintId, people.length),
  ];
}

/**
 * Moves the followers of a duplicate to its original, 25 per commit, until `isOver`. Followers and the reporter of the
 * original are only removed, and so is everyone if the original was deleted: a remaining number of followers would
 * reveal that it was not just hidden. False if there may be more to do.
 */
export async function moveFollowers(deps: StorageDeps, duplicateId: string, isOver: () => boolean): Promise<boolean> {
  const { store } = deps;
  while (!isOver()) {
    const duplicate = await store.complaints.find(duplicateId);
    if (duplicate?.outcome !== 'duplicate') return true;
    const originalId = duplicate.duplicateOf;
    const [original] = originalId === null ? [] : await readVisibilities(store, [originalId]);
    const people = await listFollowers(store, duplicateId, AT_ONCE);
    const [first] = people;
    if (first === undefined) return true;
    const joining = original ? await newFollowersOf(deps, people, original) : [];
    const operations = [
      // Conflicts if the duplicate was reopened meanwhile.
      update('complaints', duplicateId, { doubleMark: randomId() }),
      ...people.map((personId) => removeFollow({ personId, complaintId: duplicateId })),
      countFollowers(duplicateId, -people.length),
      ...(original && joining.length > 0 ? followAll(original.$id, joining) : []),
    ];
    const wasCommitted = async () => !(await isFollowing(store, { personId: first, complaintId: duplicateId }));
    if (!(await commitStep(deps, operations, wasCommitted))) return false;
  }
  return false;
}
