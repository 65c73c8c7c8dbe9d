import {
  existingAccounts,
  listActiveNames,
  listErasing,
  namesOf,
  scrubNames,
  type TakenName,
} from '#shared/appwrite/accounts.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import { addTask } from '#shared/appwrite/tasks.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { elapsed, MINUTE, SECOND } from '#shared/domain/clock.ts';
import { unassign } from '../complaints/unassign.ts';

type Deps = Pick<StorageDeps, 'store' | 'clock'>;

const PAGE = 100;
/** Longer than a request may last that was under way when the account went and still wrote its name. */
const SETTLED_MS = 2 * MINUTE;
const UNASSIGN_MS = 20 * SECOND;

/** Takes a person off everything that stays: their names and their totals. The same again is harmless. */
export async function forget(deps: Deps, person: { id: string; usernames: readonly string[] }): Promise<void> {
  await Promise.all([
    scrubNames(deps.store, person),
    ...accountTallies(person.id).map((id) => deps.store.tallies.remove(id)),
  ]);
}

function spelled(names: readonly TakenName[]): string[] {
  return names.map((name) => name.username).filter((username) => username !== null);
}

/** Marks names as being erased, and leaves it to maintenance to unassign the person from their cases. */
async function mark(deps: Deps, names: readonly TakenName[]): Promise<void> {
  const active = names.filter((name) => name.state === 'active');
  // The task first: a run that dies in between finds the name unmarked, and does both once more.
  for (const subject of spelled(active)) {
    await addTask(deps.store, { kind: 'unassign', subject, dueAt: deps.clock.now() });
  }
  await Promise.all(active.map((name) => deps.store.names.replace(name, { state: 'erasing' })));
}

/**
 * Does for an account whose row is gone, by the API or in the console, what erasing it does. It takes the person off
 * their cases for so long as an event may take; a task of maintenance does the rest.
 */
export async function finishErasure(deps: StorageDeps, userId: string): Promise<'living' | 'cleaned'> {
  if (await deps.store.users.find(userId)) return 'living';
  const names = await namesOf(deps.store, userId);
  await mark(deps, names);
  await forget(deps, { id: userId, usernames: spelled(names) });
  const endsAt = elapsed() + UNASSIGN_MS;
  for (const username of spelled(names)) await unassign(deps, username, () => elapsed() > endsAt);
  return 'cleaned';
}

/**
 * The accounts of a page of the names in use that are gone without an event. `after` is the row id of the last name
 * seen; `next` is that of the next page, or empty at the end.
 */
export async function findLostAccounts({ store }: Deps, after: string) {
  const names = await listActiveNames(store, after, PAGE);
  const userIds = [...new Set(names.map((name) => name.userId))];
  const living = await existingAccounts(store, userIds);
  const next = names.length < PAGE ? '' : (names.at(-1)?.$id ?? '');
  return { looked: userIds.length, lost: userIds.filter((id) => !living.has(id)), next };
}

/** Begins the erasure of an account whose row is gone; the next run of maintenance finishes it. */
export async function beginErasure(deps: Deps, userId: string): Promise<void> {
  if (!(await deps.store.users.find(userId))) await mark(deps, await namesOf(deps.store, userId));
}

async function finish(deps: Deps, name: TakenName, isLiving: boolean): Promise<boolean> {
  // Only an admin in the console can bring an account back; then nothing of it is to be forgotten.
  if (isLiving) {
    await deps.store.names.replace(name, { state: 'active' });
    return true;
  }
  await forget(deps, { id: name.userId, usernames: spelled([name]) });
  // What was marked just now is looked at once more: a request that was under way may still have written the name.
  if (Date.parse(name.$updatedAt) > deps.clock.now().getTime() - SETTLED_MS) return false;
  await deps.store.names.replace(name, { state: 'erased', username: null });
  return true;
}

/** Finishes the erasures that have begun, the oldest first, until `isOver`. Tells how many are finished. */
export async function finishErasures(deps: Deps, isOver: () => boolean): Promise<number> {
  let finished = 0;
  for (;;) {
    const names = await listErasing(deps.store, PAGE);
    if (names.length === 0) return finished;
    const living = await existingAccounts(deps.store, [...new Set(names.map((name) => name.userId))]);
    let moved = 0;
    for (const name of names) {
      if (isOver()) return finished + moved;
      if (await finish(deps, name, living.has(name.userId))) moved += 1;
    }
    finished += moved;
    if (moved === 0 || names.length < PAGE) return finished;
  }
}
