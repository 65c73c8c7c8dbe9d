import { listByRole } from '#shared/appwrite/accounts.ts';
import { claimVersion, commit, type Operation } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { comeBack, Refusal } from '#shared/domain/problems.ts';
import type { AccountActor } from '../auth/open-session.ts';

const LOCK = 'admins';
const ATTEMPTS = 8;
const MOST_ADMINS = 1_000;

type Leaving = { actor: AccountActor; targetId: string; operations: Operation[]; landed(): Promise<boolean> };

async function lockVersion(deps: Deps): Promise<number> {
  const row = await deps.store.state.find(LOCK);
  if (row) return row.version;
  await deps.store.state.insert(LOCK, { version: 1 });
  return 1;
}

/**
 * Commits what takes an admin away, one such change at a time: the lock is read before the admins are counted, so a
 * change in between makes the commit fail and everything is judged again. 409 for the last admin.
 */
export async function commitAdminLeaving(deps: Deps, leaving: Leaving): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const version = await lockVersion(deps);
    const admins = (await listByRole(deps.store, ['admin'], MOST_ADMINS)).map((admin) => admin.$id);
    if (!admins.includes(leaving.targetId)) throw new Refusal('not_found', 'There is no such admin any more.');
    if (!admins.includes(leaving.actor.id)) throw new Refusal('forbidden', 'Only admin may do this.');
    if (admins.length < 2) throw new Refusal('last_admin', 'This is the last admin. Make another one first.');
    const operations = [claimVersion('state', LOCK, version), ...leaving.operations];
    if ((await commit(deps.gateway, operations, leaving.landed)) === 'done') return;
  }
  throw comeBack('busy', 'Roles are being changed at this moment.', { seconds: 1 });
}
