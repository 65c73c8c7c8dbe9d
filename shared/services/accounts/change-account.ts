import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import type { User } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { queueRefusal } from '../auth/hash-queue.ts';
import { newEpoch } from '../auth/logout.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { confirmPassword, refuseWeakPassword } from './passwords.ts';
import { noSuchAccount } from './read-account.ts';

export type AccountChange = {
  username?: string | undefined;
  name?: string | undefined;
  phone?: string | null | undefined;
  password?: string | undefined;
  currentPassword?: string | undefined;
};

/** One's own change asks for the present password; an admin's reset of another's does not. */
async function newPassword(deps: Deps, actor: AccountActor, change: AccountChange): Promise<Partial<User>> {
  if (change.password === undefined) return {};
  if ((change.username ?? actor.username) === actor.username) {
    if (change.currentPassword === undefined) {
      throw invalidField('currentPassword', 'required', 'is required to change your password');
    }
    await confirmPassword(deps, actor, change.currentPassword);
  }
  const requester = { network: deps.address, known: true };
  return { passwordHash: await deps.hasher().hash(change.password, requester).catch(queueRefusal) };
}

function patchOf(change: AccountChange, password: Partial<User>, now: Date) {
  return {
    changedAt: now.toISOString(),
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.phone === undefined ? {} : { phone: change.phone }),
    ...(password.passwordHash === undefined ? {} : { ...password, ...newEpoch() }),
  };
}

/** Whoever changes their own account does so with a token that must still count when the change is written. */
async function reread(deps: Deps, before: Account, self: boolean): Promise<Account> {
  const row = await deps.store.users.find(before.$id);
  if (!row) throw noSuchAccount();
  if (self && row.epoch !== before.epoch) {
    throw new Refusal('token_invalid', 'The token is not valid any more. Log in again.');
  }
  return row;
}

/** Changes name, phone or password of oneself or, for an admin, of another. A new password ends all of the account's tokens. */
export async function changeAccount(deps: Deps, actor: AccountActor, change: AccountChange): Promise<Account> {
  const username = change.username ?? actor.username;
  const self = username === actor.username;
  if (!mayOnAccount(actor, self ? 'change' : 'reset', username)) {
    throw new Refusal('forbidden', 'Only an admin may change the account of somebody else.');
  }
  if (change.password !== undefined) await refuseWeakPassword(change.password, { username, field: 'password' });
  const row = self ? actor.account : await findByUsername(deps.store, username);
  if (!row) throw noSuchAccount();
  const patch = patchOf(change, await newPassword(deps, actor, change), deps.clock.now());
  let current: Account | undefined;
  return retryOnConflict(deps.clock, 'this account', async () => {
    current = current ? await reread(deps, current, self) : row;
    return deps.store.users.replace(current, patch);
  });
}
