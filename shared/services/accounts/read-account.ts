import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import type { AccountActor } from '../auth/open-session.ts';

export function noSuchAccount(): Refusal {
  return new Refusal('not_found', 'There is no account of this username.');
}

/**
 * The account with this username, or one's own. The right is checked before the look-up, so a 403 does not reveal
 * whether the account exists.
 */
export async function readAccount(deps: Deps, actor: AccountActor, username: string | undefined): Promise<Account> {
  const name = username ?? actor.username;
  if (!mayOnAccount(actor, 'read', name)) throw new Refusal('forbidden', 'Only staff may read the profile of others.');
  if (name === actor.username) return actor.account;
  const account = await findByUsername(deps.store, name);
  if (!account) throw noSuchAccount();
  return account;
}
