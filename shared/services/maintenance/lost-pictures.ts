import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { hasEntry, systemEntry } from '#shared/appwrite/complaints.ts';
import { complaintOutbox } from '#shared/appwrite/outbox.ts';
import { completeFiles } from '#shared/appwrite/reconciliation.ts';
import { claimVersion, commit, update } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { randomId } from '#shared/domain/ids.ts';

/**
 * Removes references to missing pictures from a complaint, with a timeline entry, in one commit. Checks first that they
 * are still missing.
 */
export async function detachLostPictures({ gateway, store, clock }: StorageDeps, complaintId: string): Promise<void> {
  const complaint = await store.complaints.find(complaintId);
  if (!complaint) return;
  const present = await completeFiles(
    gateway,
    complaint.images.map((image) => image.id),
  );
  const images = complaint.images.filter((image) => present.has(image.id));
  const lost = complaint.images.length - images.length;
  if (lost === 0) return;
  const { status, progress } = complaint;
  const version = complaint.version + 1;
  const note = lost === 1 ? 'One picture was lost from the storage.' : `${lost} pictures were lost from the storage.`;
  const entryId = randomId();
  const at = clock.now();
  const changedAt = at.toISOString();
  const operations = [
    claimVersion('complaints', complaintId, complaint.version),
    update('complaints', complaintId, {
      images: JSON.stringify(images),
      changedAt,
      ...listColumns(complaintId, { ...complaint, changedAt }),
      version,
    }),
    systemEntry(entryId, { complaintId, number: version, kind: 'edit', status, progress, note }),
    complaintOutbox({
      ...{ complaintId, version, by: undefined, at, changed: ['note'], isPublic: true },
      ...{ before: complaint, after: complaint },
    }),
  ];
  // After a conflict with another change, the next pass finds the complaint again.
  await commit(gateway, { operations, wasCommitted: hasEntry(store, entryId) });
}
