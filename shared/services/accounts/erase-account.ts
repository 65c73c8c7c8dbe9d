import { type Account, findByUsername, nameRowId } from '#shared/appwrite/accounts.ts';
import { taskOperation } from '#shared/appwrite/tasks.ts';
import { type Operation, remove, upsert } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { confirmPassword } from '../auth/confirm-password.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { commitLeaving } from './admin-lock.ts';
import { forget } from './finish-erasures.ts';
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

/** An account made or renamed in the console may have no row of its name yet: it gets one now. */
function removal({ $id: userId, username }: Account, now: Date): Operation[] {
  return [
    upsert('names', nameRowId(username), { userId, username, state: 'erasing' }),
    remove('users', userId),
    taskOperation({ kind: 'unassign', subject: username, dueAt: now }),
  ];
}

/**
 * Erases a person and keeps their cases: first the account goes and its name is marked, then the name is taken off what
 * they wrote. Dying in between is no harm: maintenance finishes every marked name, and looks once more at each.
 */
export async function eraseAccount(deps: Deps, actor: AccountActor, erasure: Erasure): Promise<void> {
  const { $id: id, username } = await accountToErase(deps, actor, erasure);
  const landed = async () => (await deps.store.users.find(id)) === undefined;
  const operations = (account: Account) => removal(account, deps.clock.now());
  await commitLeaving(deps, { actor, targetId: id, action: 'erase', operations, landed });
  await forget(deps, { id, usernames: [username] });
}
