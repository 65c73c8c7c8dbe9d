import { findByUsername } from '#shared/appwrite/accounts.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { hasEntry, listAssigned, type StoredComplaint, systemEntry } from '#shared/appwrite/complaints.ts';
import { complaintOutbox } from '#shared/appwrite/outbox.ts';
import { addTask } from '#shared/appwrite/tasks.ts';
import { claimVersion, commit, update } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { ENDED } from '#shared/domain/status.ts';

const PAGE = 25;
/** Longer than a request that changes a role. */
const DEMOTING_MS = MINUTE;

/**
 * Adds a task that unassigns a person who is about to be demoted. It is added before the role is written, so that a
 * crash loses nothing. If the person is still staff, the task does nothing.
 */
export function planUnassigning(
  { store, clock }: Pick<StorageDeps, 'store' | 'clock'>,
  subject: string,
): Promise<void> {
  return addTask(store, { kind: 'unassign', subject, dueAt: new Date(clock.now().getTime() + DEMOTING_MS) });
}

/** Removes the assignee of a complaint, with an internal entry of the system. False if it was changed meanwhile. */
async function unassignOne({ gateway, store, clock }: StorageDeps, complaint: StoredComplaint): Promise<boolean> {
  const { $id: complaintId, status, progress } = complaint;
  const version = complaint.version + 1;
  const entryId = randomId();
  const at = clock.now();
  const changed = { assignedTo: null, changedAt: at.toISOString() };
  const operations = [
    claimVersion('complaints', complaintId, complaint.version),
    update('complaints', complaintId, {
      ...changed,
      ...listColumns(complaintId, { ...complaint, ...changed }),
      version,
    }),
    systemEntry(entryId, {
      complaintId,
      number: version,
      kind: 'assignment',
      status,
      progress,
      internalNote: 'The assignee does not work here any more.',
      changed: 'assignedTo',
      internal: true,
    }),
    complaintOutbox({
      ...{ complaintId, version, by: undefined, at, changed: ['assignedTo', 'internalNote'] },
      ...{ isPublic: false, before: complaint, after: complaint },
    }),
  ];
  return (await commit(gateway, { operations, wasCommitted: hasEntry(store, entryId) })) === 'done';
}

/**
 * Unassigns a person who is not staff, one complaint after the other until `isOver`: from open complaints, or from all
 * if the account is gone, so that its name remains nowhere. False if there may be more to do.
 */
export async function unassign(deps: StorageDeps, username: string, isOver: () => boolean): Promise<boolean> {
  const account = await findByUsername(deps.store, username);
  if (account && account.role !== 'user') return true;
  while (!isOver()) {
    const cases = await listAssigned(deps.store, { username, except: account ? ENDED : [], limit: PAGE });
    for (const complaint of cases) {
      if (isOver()) return false;
      if (!(await unassignOne(deps, complaint))) return false;
    }
    if (cases.length < PAGE) return true;
  }
  return false;
}
