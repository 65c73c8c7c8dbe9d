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
/** Longer than a request. A request that was running during the erasure may still write the name. */
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

/**
 * An address in a deleted row, as its event claims. Events may be forged, so it only decides which address is checked.
 */
const Address = z.catch(z.nullable(z.string().check(z.minLength(3), z.maxLength(254))), null);
const DeletedAddresses = z.object({ email: Address, emailPending: Address });

function addressesIn(columns: unknown): string[] {
  const { success, data } = z.safeParse(DeletedAddresses, columns);
  return success ? [...new Set([data.email, data.emailPending].filter((address) => address !== null))] : [];
}

/**
 * Writes the outbox rows that make `notifications` remove the account's mails and what Messaging keeps of the
 * addresses.
 */
async function tellErased({ store, clock }: Deps, accountId: string, addresses: readonly string[]): Promise<void> {
  for (const address of addresses.length === 0 ? [undefined] : addresses) {
    await writeOutbox(store, { kind: 'account.erased', at: clock.now(), accountId, address, version: 'row gone' });
  }
}

/**
 * Marks an identity as `erasing` and leaves the rest to maintenance (complaints, follows) and `notifications` (mails,
 * `addresses`). An account made in the console may have no identity; then only its mails are removed.
 */
async function mark(
  deps: Deps,
  accountId: string,
  { identity, addresses }: { identity: StoredIdentity | undefined; addresses: readonly string[] },
): Promise<void> {
  if (identity?.state === 'erasing') return;
  // The tasks come first: after a crash the identity is still unmarked, and the next run does all of it again.
  for (const subject of usernamesOf(identity)) {
    await addTask(deps.store, { kind: 'unassign', subject, dueAt: deps.clock.now() });
  }
  if (identity) await addTask(deps.store, { kind: 'unfollow', subject: accountId, dueAt: deps.clock.now() });
  await tellErased(deps, accountId, addresses);
  if (identity) await deps.store.identities.replace(identity, { state: 'erasing' });
}

/**
 * Does what erasing an account does, for a row that was deleted by the API or in the console. Unassigns complaints for
 * at most 20 seconds; a task of maintenance does the rest. `columns`: the deleted row from the event.
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
 * Checks a page of active identities: `lost` accounts were deleted and their event was lost, `renamed` ones were
 * renamed in the console. `after` is the last id seen; `next` is the one for the next page, empty at the end.
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

/** Updates the search words of an account that was renamed in the console. False if the account changed meanwhile. */
export async function renewNameWords(deps: Pick<StorageDeps, 'gateway' | 'store'>, account: Account): Promise<boolean> {
  const textMark = nameMarkOf(account);
  const operations = replaceNameWords(account.$id, account);
  return (await writeAccount(deps, account, { textMark }, { operations })) !== undefined;
}

/** Begins the erasure of an account whose row is gone. The next run of maintenance finishes it. */
export async function beginErasure(deps: Deps, userId: string): Promise<void> {
  if (await deps.store.users.find(userId)) return;
  const identity = await deps.store.identities.find(userId);
  // The address is unknown without the event; the daily review of addresses finds it.
  if (identity) await mark(deps, userId, { identity, addresses: [] });
}

async function finish(deps: Deps, identity: StoredIdentity, isLiving: boolean): Promise<boolean> {
  // An admin has restored the account in the console, so it is not erased.
  if (isLiving) {
    await deps.store.identities.replace(identity, { state: 'active' });
    return true;
  }
  await anonymise(deps, { id: identity.$id, usernames: usernamesOf(identity) });
  // A recent erasure is repeated later, since a request that was running may still have written the name.
  if (Date.parse(identity.$updatedAt) > deps.clock.now().getTime() - SETTLED_MS) return false;
  await deps.store.identities.remove(identity.$id);
  return true;
}

/** Finishes marked erasures, the oldest first, until `isOver`. Returns the number of finished ones. */
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
