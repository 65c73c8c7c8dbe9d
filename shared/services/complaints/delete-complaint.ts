import { removeFollowsOf } from '#shared/appwrite/follows.ts';
import { complaintOutbox } from '#shared/appwrite/outbox.ts';
import { commitCounted, countedBefore, tallyOperations } from '#shared/appwrite/tallies.ts';
import { begin, claimVersion, remove } from '#shared/appwrite/transaction.ts';
import { removeWords } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { mayOnComplaint } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { withMutex } from '../keyed-mutex.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { noSuchComplaint } from './get-complaint.ts';
import { type IfMatch, refuseStale } from './if-match.ts';

export type Deletion = { id: string; ifMatch: IfMatch };

async function attempt(deps: Deps, asking: Promise<Actor>, { id, ifMatch }: Deletion): Promise<boolean> {
  const transaction = begin(deps.gateway);
  transaction.catch(() => undefined);
  const [actor, complaint] = await Promise.all([asking, deps.store.complaints.find(id)]);
  if (!complaint || !mayOnComplaint(actor, 'read', complaint)) throw noSuchComplaint();
  if (!mayOnComplaint(actor, 'delete', complaint)) {
    throw new Refusal('forbidden', 'Only an admin may delete it, or its reporter while its status is created.');
  }
  refuseStale(ifMatch, complaint.version);
  const operations = [
    claimVersion('complaints', id, complaint.version),
    remove('complaints', id),
    removeWords(id),
    removeFollowsOf(id),
    ...tallyOperations(countedBefore(complaint), undefined),
    complaintOutbox({
      ...{ complaintId: id, version: complaint.version + 1, by: actor, at: deps.clock.now(), changed: [] },
      ...{ isPublic: true, before: complaint, after: undefined },
    }),
  ];
  const wasCommitted = async () => (await deps.store.complaints.find(id)) === undefined;
  return (await commitCounted(deps, { operations, wasCommitted }, transaction)) === 'done';
}

/**
 * Deletes a complaint, its words and follows and updates the totals in one transaction. The row's delete event then
 * removes pictures and timeline (purge-deleted.ts).
 */
export async function deleteComplaint(deps: Deps, asking: Promise<Actor>, deletion: Deletion): Promise<void> {
  const once = async () => (await attempt(deps, asking, deletion)) || undefined;
  await withMutex(deletion.id, () => retryOnConflict(deps.clock, 'this complaint', once));
}
