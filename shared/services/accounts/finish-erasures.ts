import {
  type Account,
  existingAccounts,
  listActive,
  listErasing,
  type StoredIdentity,
  scrubNames,
  usernamesOf,
} from '#shared/appwrite/accounts.ts';
import { removeLinks } from '#shared/appwrite/links.ts';
import { nameMarkOf, removeNameWords, replaceNameWords } from '#shared/appwrite/name-words.ts';
import { writeOutbox } from '#shared/appwrite/outbox.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import { addTask } from '#shared/appwrite/tasks.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { MINUTE, SECOND } from '#shared/domain/clock.ts';
import { unassign } from '../complaints/unassign.ts';
import { writeAccount } from './write-account.ts';

type Deps = Pick<StorageDeps, 'store' | 'clock'>;

const PAGE = 100;
/** Longer than a request may last that was under way when the account went and still wrote its name. */
const SETTLED_MS = 2 * MINUTE;
const UNASSIGN_MS = 20 * SECOND;

/** Takes a person off everything that stays: their names and their totals. The same again is harmless. */
export async function anonymise(deps: Deps, person: { id: string; usernames: readonly string[] }): Promise<void> {
  await Promise.all([
    scrubNames(deps.store, person),
    removeNameWords(deps.store, person.id),
    removeLinks(deps.store, person.id),
    ...accountTallies(person.id).map((tally) => deps.store.tallies.remove(tally)),
  ]);
}

/** Marks identities as being erased, and leaves the rest to maintenance (their cases and follows) and notifications (their mails). */
async function mark(deps: Deps, identities: readonly StoredIdentity[]): Promise<void> {
  const active = identities.filter(({ state }) => state === 'active');
  // The tasks first: a run that dies in between finds the identity unmarked, and does both once more.
  for (const subject of active.flatMap(usernamesOf)) {
    await addTask(deps.store, { kind: 'unassign', subject, dueAt: deps.clock.now() });
  }
  for (const { $id: accountId } of active) {
    await addTask(deps.store, { kind: 'unfollow', subject: accountId, dueAt: deps.clock.now() });
    await writeOutbox(deps.store, { kind: 'account.erased', at: deps.clock.now(), accountId, version: 'row gone' });
  }
  await Promise.all(active.map((identity) => deps.store.identities.replace(identity, { state: 'erasing' })));
}

/**
 * Does for an account whose row is gone, by the API or in the console, what erasing it does. It takes the person off
 * their cases for so long as an event may take; a task of maintenance does the rest.
 */
export async function finishErasure(deps: StorageDeps, userId: string): Promise<'living' | 'cleaned'> {
  if (await deps.store.users.find(userId)) return 'living';
  const identity = await deps.store.identities.find(userId);
  if (identity) await mark(deps, [identity]);
  const usernames = usernamesOf(identity);
  await anonymise(deps, { id: userId, usernames });
  const endsAt = deps.clock.elapsed() + UNASSIGN_MS;
  for (const username of usernames) await unassign(deps, username, () => deps.clock.elapsed() > endsAt);
  return 'cleaned';
}

/**
 * The accounts of a page of the identities in use that are gone without an event, and those that were renamed in the
 * console. `after` is the id of the last one seen; `next` is that of the next page, or empty at the end.
 */
export async function checkAccounts({ store }: Deps, after: string) {
  const identities = await listActive(store, after, PAGE);
  const ids = identities.map(({ $id }) => $id);
  const accounts = await store.users.findMany(ids);
  const living = new Set(accounts.map(({ $id }) => $id));
  const renamed = accounts.filter((account) => account.textMark !== nameMarkOf(account));
  const next = identities.length < PAGE ? '' : (ids.at(-1) ?? '');
  return { looked: ids.length, lost: ids.filter((id) => !living.has(id)), renamed, next };
}

/** Lets admins find an account by the name that it was given in the console. False when it changes meanwhile. */
export async function renewNameWords(deps: Pick<StorageDeps, 'gateway' | 'store'>, account: Account): Promise<boolean> {
  const textMark = nameMarkOf(account);
  const operations = replaceNameWords(account.$id, account);
  return (await writeAccount(deps, account, { textMark }, { operations })) !== undefined;
}

/** Begins the erasure of an account whose row is gone; the next run of maintenance finishes it. */
export async function beginErasure(deps: Deps, userId: string): Promise<void> {
  if (await deps.store.users.find(userId)) return;
  const identity = await deps.store.identities.find(userId);
  if (identity) await mark(deps, [identity]);
}

async function finish(deps: Deps, identity: StoredIdentity, isLiving: boolean): Promise<boolean> {
  // Only an admin in the console can bring an account back; then nothing of it is to be forgotten.
  if (isLiving) {
    await deps.store.identities.replace(identity, { state: 'active' });
    return true;
  }
  await anonymise(deps, { id: identity.$id, usernames: usernamesOf(identity) });
  // What was marked just now is looked at once more: a request that was under way may still have written the name.
  if (Date.parse(identity.$updatedAt) > deps.clock.now().getTime() - SETTLED_MS) return false;
  await deps.store.identities.remove(identity.$id);
  return true;
}

/** Finishes the erasures that have begun, the oldest first, until `isOver`. Tells how many are finished. */
export async function finishErasures(deps: Deps, isOver: () => boolean): Promise<number> {
  let finished = 0;
  for (;;) {
    const identities = await listErasing(deps.store, PAGE);
    if (identities.length === 0) return finished;
    const living = await existingAccounts(
      deps.store,
      identities.map(({ $id }) => $id),
    );
    let moved = 0;
    for (const identity of identities) {
      if (isOver()) return finished + moved;
      if (await finish(deps, identity, living.has(identity.$id))) moved += 1;
    }
    finished += moved;
    if (moved === 0 || identities.length < PAGE) return finished;
  }
}
