import * as z from 'zod/mini';
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
/** Longer than a request lasts: one that ran when the account was removed may still write its name. */
const SETTLED_MS = 2 * MINUTE;
const UNASSIGN_MS = 20 * SECOND;

/** Removes a person's names from everything that stays, and their totals. Idempotent. */
export async function anonymise(deps: Deps, person: { id: string; usernames: readonly string[] }): Promise<void> {
  await Promise.all([
    scrubNames(deps.store, person),
    removeNameWords(deps.store, person.id),
    removeLinks(deps.store, person.id),
    ...accountTallies(person.id).map((tally) => deps.store.tallies.remove(tally)),
  ]);
}

/** An address that a deleted row held, as its event tells: a hint, which only decides what is asked about. */
const Address = z.catch(z.nullable(z.string().check(z.minLength(3), z.maxLength(254))), null);
const DeletedAddresses = z.object({ email: Address, emailPending: Address });

function addressesIn(columns: unknown): string[] {
  const { success, data } = z.safeParse(DeletedAddresses, columns);
  return success ? [...new Set([data.email, data.emailPending].filter((address) => address !== null))] : [];
}

/** Leaves it to notifications to remove what the account was mailed, and what Messaging keeps of these addresses. */
async function tellErased({ store, clock }: Deps, accountId: string, addresses: readonly string[]): Promise<void> {
  for (const address of addresses.length === 0 ? [undefined] : addresses) {
    await writeOutbox(store, { kind: 'account.erased', at: clock.now(), accountId, address, version: 'row gone' });
  }
}

/**
 * Marks an identity as being erased, and leaves the rest to maintenance (cases and follows) and notifications (mails and
 * `addresses`). Without an identity, as that of an account made in the console, there are only the mails.
 */
async function mark(
  deps: Deps,
  accountId: string,
  { identity, addresses }: { identity: StoredIdentity | undefined; addresses: readonly string[] },
): Promise<void> {
  if (identity?.state === 'erasing') return;
  // The tasks first: a run that dies in between finds the identity unmarked, and does both once more.
  for (const subject of usernamesOf(identity)) {
    await addTask(deps.store, { kind: 'unassign', subject, dueAt: deps.clock.now() });
  }
  if (identity) await addTask(deps.store, { kind: 'unfollow', subject: accountId, dueAt: deps.clock.now() });
  await tellErased(deps, accountId, addresses);
  if (identity) await deps.store.identities.replace(identity, { state: 'erasing' });
}

/**
 * Does for an account whose row is gone, by the API or in the console, what erasing it does. It takes the person off
 * their cases for so long as an event may take; a task of maintenance does the rest. `columns`: the deleted row as the
 * event tells of it.
 */
export async function finishErasure(
  deps: StorageDeps,
  userId: string,
  columns: unknown,
): Promise<'living' | 'cleaned'> {
  if (await deps.store.users.find(userId)) return 'living';
  const identity = await deps.store.identities.find(userId);
  await mark(deps, userId, { identity, addresses: addressesIn(columns) });
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
  // Nothing tells the address any more; the daily review of addresses finds it.
  if (identity) await mark(deps, userId, { identity, addresses: [] });
}

async function finish(deps: Deps, identity: StoredIdentity, isLiving: boolean): Promise<boolean> {
  // Only an admin in the console can restore an account; then nothing of it is erased.
  if (isLiving) {
    await deps.store.identities.replace(identity, { state: 'active' });
    return true;
  }
  await anonymise(deps, { id: identity.$id, usernames: usernamesOf(identity) });
  // A recent one is done again later: a request that was running may still have written the name.
  if (Date.parse(identity.$updatedAt) > deps.clock.now().getTime() - SETTLED_MS) return false;
  await deps.store.identities.remove(identity.$id);
  return true;
}

/** Finishes the erasures that have begun, the oldest first, until `isOver`. Returns how many are finished. */
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
