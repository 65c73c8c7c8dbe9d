import { removeTimeline } from '#shared/appwrite/complaints.ts';
import { removeFile } from '#shared/appwrite/media.ts';
import { wasFiled } from '#shared/appwrite/reconciliation.ts';
import { sweepWords } from '#shared/appwrite/words.ts';
import { imageFileId, MAX_IMAGES } from '#shared/domain/ids.ts';
import type { Keeper } from './job.ts';

/**
 * Takes away what a deleted complaint owned. An event is only a hint: the row must be gone, and its timeline must tell
 * that it was there. Without one it may be about to be filed, and what is left of it is for the sweep to judge.
 */
export async function cleanUpComplaint(
  { gateway, store }: Keeper,
  complaintId: string,
): Promise<'living' | 'unknown' | 'cleaned'> {
  // In this order: asked the other way round, a complaint filed in between would look deleted.
  const filed = await wasFiled(gateway, complaintId);
  if (await store.complaints.find(complaintId)) return 'living';
  if (!filed) return 'unknown';
  const files = Array.from({ length: MAX_IMAGES }, (_, index) => imageFileId(complaintId, index));
  const removed = await Promise.allSettled(files.map((fileId) => removeFile(gateway, fileId)));
  for (const outcome of removed) if (outcome.status === 'rejected') throw outcome.reason;
  // Last, since it is the proof that the same event needs when it comes once more.
  await removeTimeline(store, complaintId);
  await sweepWords(store, complaintId);
  return 'cleaned';
}
