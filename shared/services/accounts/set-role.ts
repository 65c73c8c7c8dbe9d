import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import { update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import type { Role } from '#shared/domain/account.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { comeBack, Refusal } from '#shared/domain/problems.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { commitAdminLeaving } from './admin-lock.ts';
import { noSuchAccount } from './read-account.ts';

type Appointment = { username: string; role: Role };

/** Gives a role to somebody else, effective with their next request: 403 for one's own, 409 for the last admin's. */
export async function setRole(deps: Deps, actor: AccountActor, { username, role }: Appointment): Promise<Account> {
  if (!mayOnAccount(actor, 'setRole', username)) throw new Refusal('forbidden', 'Nobody may change their own role.');
  const target = await findByUsername(deps.store, username);
  if (!target) throw noSuchAccount();
  if (target.role === role) return target;
  const change = { role, changedAt: deps.clock.now().toISOString() };
  if (target.role !== 'admin') {
    const changed = await deps.store.users.replace(target, change);
    if (changed) return changed;
    throw comeBack('busy', 'The account is being changed at this moment.', { seconds: 1 });
  }
  const operations = [update('users', target.$id, change)];
  const landed = async () => (await deps.store.users.find(target.$id))?.role === role;
  await commitAdminLeaving(deps, { actor, targetId: target.$id, operations, landed });
  const demoted = await deps.store.users.find(target.$id);
  if (!demoted) throw noSuchAccount();
  return demoted;
}
