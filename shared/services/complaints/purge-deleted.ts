import { removeTimeline } from '#shared/appwrite/complaints.ts';
import { removeWaiting } from '#shared/appwrite/deliveries.ts';
import { forgetOriginal, sweepFollows } from '#shared/appwrite/follows.ts';
import { filesOfComplaint, removeFile } from '#shared/appwrite/media.ts';
import { existingComplaints, hasTimeline } from '#shared/appwrite/reconciliation.ts';
import { sweepWords } from '#shared/appwrite/words.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { MINUTE } from '#shared/domain/clock.ts';

/**
 * Longer than filing may take: its function ends after 25 seconds, its transaction after a minute. A file that is this
 * old and has no complaint will never get one.
 */
export const FILING_MS = 2 * MINUTE;

/**
 * Removes what a complaint that is gone leaves in the tables: words, followers, that others are its duplicates, mails that
 * wait, and last its timeline, which is the proof that the next try needs when this one has failed half-way.
 */
export async function purgeRows({ store }: Pick<StorageDeps, 'store'>, complaintId: string): Promise<void> {
  await Promise.all([
    sweepWords(store, complaintId),
    sweepFollows(store, complaintId),
    forgetOriginal(store, complaintId),
    removeWaiting(store, complaintId),
  ]);
  await removeTimeline(store, complaintId);
}

/**
 * Removes what a deleted complaint leaves behind: pictures, words,
 * followers, `duplicateOf` of others, and the timeline.
 *
 * Does not rely on the event, only on the id: a complaint that is being filed has pictures and no row,
 * too. So without a timeline, which is committed together with the row, pictures younger than FILING_MS stay;
 * then the answer is `undecided`, and the caller has to try again later.
 */
export async function purgeDeletedComplaint(
  deps: StorageDeps,
  complaintId: string,
): Promise<'living' | 'undecided' | 'removed'> {
  const { gateway, clock } = deps;
  // In this order: the other way round, a complaint filed in between would look deleted.
  const filed = await hasTimeline(gateway, complaintId);
  if ((await existingComplaints(gateway, [complaintId])).has(complaintId)) return 'living';
  const files = await filesOfComplaint(gateway, complaintId);
  const settled = clock.now().getTime() - FILING_MS;
  if (!filed && files.some((file) => file.createdAt.getTime() > settled)) return 'undecided';
  const removed = await Promise.allSettled(files.map((file) => removeFile(gateway, file.id)));
  for (const outcome of removed) if (outcome.status === 'rejected') throw outcome.reason;
  await purgeRows(deps, complaintId);
  return 'removed';
}
