import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import { type AccountNews, outboxOperation } from '#shared/appwrite/outbox.ts';
import { update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import type { Role } from '#shared/domain/account.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { planUnassigning } from '../complaints/unassign.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { commitUnlessLastAdmin } from './admin-lock.ts';
import { noSuchAccount } from './read-account.ts';
import { writeAccount } from './write-account.ts';

type Appointment = { username: string; role: Role };

function newsOf(actor: AccountActor, { $id: accountId, changedAt }: Account): AccountNews {
  return { kind: 'role.changed', at: new Date(changedAt), accountId, byId: actor.id };
}

async function demote(deps: Deps, actor: AccountActor, demoted: Account): Promise<Account> {
  const { $id: targetId, role, changedAt } = demoted;
  await commitUnlessLastAdmin(deps, {
    actor,
    targetId,
    action: 'setRole',
    operations: () => [update('users', targetId, { role, changedAt }), outboxOperation(newsOf(actor, demoted))],
    wasCommitted: async () => (await deps.store.users.find(targetId))?.role === role,
  });
  return demoted;
}

/** Gives another account a role, effective with its next request: 403 for one's own role, 409 for the last admin's. */
export async function setRole(deps: Deps, actor: AccountActor, { username, role }: Appointment): Promise<Account> {
  if (!mayOnAccount(actor, 'setRole', username)) throw new Refusal('forbidden', 'Nobody may change their own role.');
  return retryOnConflict(deps.clock, 'this account', async () => {
    const target = await findByUsername(deps.store, username);
    if (!target) throw noSuchAccount();
    if (target.role === role) return target;
    const change = { role, changedAt: deps.clock.now().toISOString() };
    if (role === 'user') await planUnassigning(deps, username);
    if (target.role === 'admin') return demote(deps, actor, { ...target, ...change });
    return writeAccount(deps, target, change, { news: [newsOf(actor, { ...target, ...change })] });
  });
}
