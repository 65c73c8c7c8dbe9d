import { type Account, findByUsername, nameRowId, usernamesOf } from '#shared/appwrite/accounts.ts';
import { outboxOperation } from '#shared/appwrite/outbox.ts';
import { taskOperation } from '#shared/appwrite/tasks.ts';
import { create, type Operation, remove, update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { commitUnlessLastAdmin } from './admin-lock.ts';
import { confirmPassword } from './confirm-password.ts';
import { anonymise } from './finish-erasures.ts';
import { noSuchAccount } from './read-account.ts';

export type Erasure = { username?: string | undefined; password?: string | undefined };

async function accountToErase(deps: Deps, actor: AccountActor, { username, password }: Erasure): Promise<Account> {
  const name = username ?? actor.username;
  if (!mayOnAccount(actor, 'erase', name)) throw new Refusal('forbidden', 'Only an admin may erase somebody else.');
  if (name === actor.username) {
    if (password === undefined) throw invalidField('password', 'required', 'is required to erase your account');
    await confirmPassword(deps, actor, password);
    return actor.account;
  }
  const account = await findByUsername(deps.store, name);
  if (!account) throw noSuchAccount();
  return account;
}

type Removal = { operations: Operation[]; usernames: string[] };

/**
 * Marks the identity as `erasing` and removes the account. An account that was made or renamed in the console may have
 * no identity or name row; they are created, so that the name stays taken.
 */
async function removal({ store, clock }: Deps, account: Account): Promise<Removal> {
  const { $id: id, username, email, emailPending } = account;
  const nameId = await nameRowId(username);
  const [identity, name] = await Promise.all([store.identities.find(id), store.names.find(nameId)]);
  const usernames = [...new Set([...usernamesOf(identity), username])];
  const write = identity ? update : create;
  const marked = write('identities', id, { usernames: usernames.join(','), state: 'erasing' });
  const taken = name ? [] : [create('names', nameId, { taken: true })];
  const duties = usernames.map((subject) => taskOperation({ kind: 'unassign', subject, dueAt: clock.now() }));
  const unfollowing = taskOperation({ kind: 'unfollow', subject: id, dueAt: clock.now() });
  const addresses = new Set([email, emailPending].filter((address) => address !== null));
  const gone = (address?: string) =>
    outboxOperation({ kind: 'account.erased', at: clock.now(), accountId: id, address });
  // One row per address. Without addresses one row, since deliveries to the account may still be pending.
  const news = addresses.size === 0 ? [gone()] : [...addresses].map((address) => gone(address));
  return { operations: [marked, ...taken, ...duties, unfollowing, ...news, remove('users', id)], usernames };
}

/**
 * Erases an account and keeps its complaints. One commit removes the account and marks its identity; then the names are
 * removed from the complaints and entries. Maintenance repeats this after a crash and removes the identity. Only the
 * hash of the name stays, so that it is never given again.
 */
export async function eraseAccount(deps: Deps, actor: AccountActor, erasure: Erasure): Promise<void> {
  const { $id: id } = await accountToErase(deps, actor, erasure);
  let usernames: string[] = [];
  await commitUnlessLastAdmin(deps, {
    actor,
    targetId: id,
    action: 'erase',
    async operations(account) {
      const planned = await removal(deps, account);
      ({ usernames } = planned);
      return planned.operations;
    },
    wasCommitted: async () => (await deps.store.users.find(id)) === undefined,
  });
  await anonymise(deps, { id, usernames });
}
