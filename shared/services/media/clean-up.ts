import { removeTimeline } from '#shared/appwrite/complaints.ts';
import { removeFile } from '#shared/appwrite/media.ts';
import type { Deps } from '#shared/compose.ts';
import { imageFileId, MAX_IMAGES } from '#shared/domain/ids.ts';

/** Takes away what a deleted complaint owned. It asks whether the row is really gone: an event is only a hint. */
export async function cleanUpComplaint(deps: Deps, complaintId: string): Promise<'living' | 'cleaned'> {
  if (await deps.store.complaints.find(complaintId)) return 'living';
  const files = Array.from({ length: MAX_IMAGES }, (_, index) => imageFileId(complaintId, index));
  await Promise.all([
    removeTimeline(deps.store, complaintId),
    ...files.map((fileId) => removeFile(deps.gateway, fileId)),
  ]);
  return 'cleaned';
}
