import { existingAccounts, requireAccount } from '#shared/appwrite/accounts.ts';
import {
  countFollowers,
  createFollow,
  followersAmong,
  isFollowing,
  listFollowed,
  listFollowers,
  readSights,
  removeFollow,
} from '#shared/appwrite/follows.ts';
import { commit, type Operation, update } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { randomId } from '#shared/domain/ids.ts';

/** Follows that one transaction moves: up to three operations each, of the hundred that it may have. */
const AT_ONCE = 25;

/** Commits one step. False after a conflict or when a row is gone: then the next run repeats the task. */
async function step(deps: StorageDeps, operations: Operation[], landed: () => Promise<boolean>): Promise<boolean> {
  return (await commit(deps.gateway, operations, landed)) === 'done';
}

/**
 * Ends all follows of an erased account, some in each commit, until `isOver`. Returns false when there may be
 * more to do. Does nothing when the account is there again.
 */
export async function unfollowAll(deps: StorageDeps, personId: string, isOver: () => boolean): Promise<boolean> {
  const { store } = deps;
  if (await store.users.find(personId)) return true;
  while (!isOver()) {
    const ids = await listFollowed(store, personId, { descending: false, limit: AT_ONCE });
    const [first] = ids;
    if (first === undefined) return true;
    // Rows of complaints that were deleted in the console; no complaint counts them.
    const living = (await readSights(store, ids)).map((row) => row.$id);
    const operations = [
      ...ids.map((complaintId) => removeFollow({ personId, complaintId })),
      ...living.map((complaintId) => countFollowers(complaintId, -1)),
    ];
    const landed = async () => !(await isFollowing(store, { personId, complaintId: first }));
    if (!(await step(deps, operations, landed))) return false;
  }
  return false;
}

type Original = { $id: string; reporterId: string };

/** Who of these people is to follow an original: whoever does not yet, has an account and has not filed it. */
async function joiningOf({ store }: StorageDeps, people: readonly string[], { $id, reporterId }: Original) {
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
 * Moves the followers of a duplicate to its original, so many in each commit, until `isOver`. Whoever follows the original
 * already or has filed it is only taken off the duplicate, and so is everybody when the original was deleted meanwhile: as
 * if it had been deleted after they were moved. Otherwise the followers that stay would tell the public that it was
 * deleted and not hidden. Gives false when there may be more to do. Does nothing when the complaint is no duplicate any more.
 */
export async function moveFollowers(deps: StorageDeps, duplicateId: string, isOver: () => boolean): Promise<boolean> {
  const { store } = deps;
  while (!isOver()) {
    const duplicate = await store.complaints.find(duplicateId);
    if (duplicate?.outcome !== 'duplicate') return true;
    const originalId = duplicate.duplicateOf;
    const [original] = originalId === null ? [] : await readSights(store, [originalId]);
    const people = await listFollowers(store, duplicateId, AT_ONCE);
    const [first] = people;
    if (first === undefined) return true;
    const joining = original ? await joiningOf(deps, people, original) : [];
    const operations = [
      // Conflicts when the duplicate was reopened meanwhile.
      update('complaints', duplicateId, { doubleMark: randomId() }),
      ...people.map((personId) => removeFollow({ personId, complaintId: duplicateId })),
      countFollowers(duplicateId, -people.length),
      ...(original && joining.length > 0 ? followAll(original.$id, joining) : []),
    ];
    const landed = async () => !(await isFollowing(store, { personId: first, complaintId: duplicateId }));
    if (!(await step(deps, operations, landed))) return false;
  }
  return false;
}
