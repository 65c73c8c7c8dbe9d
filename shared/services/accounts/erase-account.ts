import { type Account, findByUsername, nameRowId, scrubName } from '#shared/appwrite/accounts.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import { commit, type Operation, remove, update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { comeBack, invalidField, Refusal } from '#shared/domain/problems.ts';
import { confirmPassword } from '../auth/confirm-password.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { commitAdminLeaving } from './admin-lock.ts';
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

async function removeAccount(deps: Deps, actor: AccountActor, account: Account): Promise<void> {
  const operations: Operation[] = [
    update('names', nameRowId(account.username), { state: 'erasing' }),
    remove('users', account.$id),
  ];
  const landed = async () => (await deps.store.users.find(account.$id)) === undefined;
  if (account.role === 'admin') {
    await commitAdminLeaving(deps, { actor, targetId: account.$id, operations, landed });
    return;
  }
  const outcome = await commit(deps.gateway, operations, landed);
  if (outcome === 'missing') throw noSuchAccount();
  if (outcome !== 'done') throw comeBack('busy', 'The account is being changed at this moment.', { seconds: 1 });
}

/**
 * Erases a person and keeps their cases: first the account goes and its name is marked, then the name is taken off what
 * they wrote. Dying in between is no harm: media-cleanup finishes every marked name, and looks once more at each.
 */
export async function eraseAccount(deps: Deps, actor: AccountActor, erasure: Erasure): Promise<void> {
  const account = await accountToErase(deps, actor, erasure);
  await removeAccount(deps, actor, account);
  await scrubName(deps.store, { id: account.$id, username: account.username });
  await Promise.all(accountTallies(account.$id).map((id) => deps.store.tallies.remove(id)));
}
