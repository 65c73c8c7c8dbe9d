import { type Account, listByRole } from '#shared/appwrite/accounts.ts';
import { begin, claimVersion, commit, type Operation } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { allows } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { withMutex } from '../keyed-mutex.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { noSuchAccount } from './read-account.ts';

const LOCK = 'admins';
const MAX_ADMINS = 1_000;

/** `operations` gets the account as it was read after the lock. */
type AdminChange = {
  actor: AccountActor;
  targetId: string;
  action: 'erase' | 'setRole';
  operations(target: Account): Operation[] | Promise<Operation[]>;
  wasCommitted(): Promise<boolean>;
};

async function lockVersion(deps: Deps): Promise<number> {
  const row = await deps.store.state.find(LOCK);
  if (row) return row.version;
  await deps.store.state.insert(LOCK, { version: 1 });
  return 1;
}

/** Checks against the present admins: 403 if the actor is no admin any more, 409 if the target is the last one. */
async function refuseByAdmins(deps: Deps, { actor, targetId, action }: AdminChange): Promise<void> {
  const admins = (await listByRole(deps.store, ['admin'], MAX_ADMINS)).map((admin) => admin.$id);
  const relation = actor.id === targetId ? 'self' : 'other';
  const role = admins.includes(actor.id) ? 'admin' : 'user';
  const asked = { on: 'account', role, relation, action } as const;
  if (!allows({ ...asked, state: 'ordinary' })) throw new Refusal('forbidden', 'Only an admin may do this.');
  if (!allows({ ...asked, state: admins.some((id) => id !== targetId) ? 'ordinary' : 'last_admin' })) {
    throw new Refusal('last_admin', 'This is the last admin. Make another one first.');
  }
}

async function attempt(deps: Deps, change: AdminChange): Promise<boolean> {
  // Opened in parallel with the reads. An unused transaction expires.
  const transaction = begin(deps.gateway);
  transaction.catch(() => undefined);
  const version = await lockVersion(deps);
  const target = await deps.store.users.find(change.targetId);
  if (!target) throw noSuchAccount();
  if (target.role === 'admin') await refuseByAdmins(deps, change);
  const operations = [claimVersion('state', LOCK, version), ...(await change.operations(target))];
  return (await commit(deps.gateway, { operations, wasCommitted: change.wasCommitted }, transaction)) === 'done';
}

/**
 * Commits a change that may remove an admin. The lock's version is read before the account and the admins, so a
 * concurrent change of this kind makes the commit fail and the attempt is repeated. 409 for the last admin.
 */
export async function commitUnlessLastAdmin(deps: Deps, change: AdminChange): Promise<void> {
  const once = async () => (await attempt(deps, change)) || undefined;
  await withMutex(LOCK, () => retryOnConflict(deps.clock, 'accounts', once));
}
