import { removeTimeline } from '#shared/appwrite/complaints.ts';
import { removeWaiting } from '#shared/appwrite/deliveries.ts';
import { forgetOriginal, sweepFollows } from '#shared/appwrite/follows.ts';
import { filesOfComplaint, removeFile } from '#shared/appwrite/media.ts';
import { existingComplaints, hasTimeline } from '#shared/appwrite/reconciliation.ts';
import { sweepWords } from '#shared/appwrite/words.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { MINUTE } from '#shared/domain/clock.ts';

/**
 * Longer than filing takes: its function times out after 25 seconds, its transaction after a minute. A file of this age
 * without a complaint will never get one.
 */
export const FILING_MS = 2 * MINUTE;

/**
 * Removes the rows of a deleted complaint: words, follows, `duplicateOf` of others, waiting mails, and last the
 * timeline, since a retry needs it as proof that the complaint was filed.
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
 * Removes the pictures and rows of a deleted complaint. Relies on the id only, since events may be forged. Without a
 * timeline, which is committed with the row, files younger than FILING_MS may belong to a running filing: then it
 * returns `undecided`, and the caller must retry later.
 */
export async function purgeDeletedComplaint(
  deps: StorageDeps,
  complaintId: string,
): Promise<'living' | 'undecided' | 'removed'> {
  const { gateway, clock } = deps;
  // In this order, since a complaint that is filed between the two reads would otherwise look deleted.
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
