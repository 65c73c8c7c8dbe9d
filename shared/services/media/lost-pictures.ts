import { completeFiles, listPictured, type Pictured } from '#shared/appwrite/reconciliation.ts';
import { claimVersion, commit, create, update } from '#shared/appwrite/transaction.ts';
import { randomId } from '#shared/domain/ids.ts';
import type { Job, Keeper, Pass } from './job.ts';

const PAGE = 150;

function idsOf(rows: readonly Pick<Pictured, 'images'>[]): string[] {
  return rows.flatMap((row) => row.images.map((image) => image.id));
}

/** Takes the references off the row and says so in its timeline, in one step; looked at once more before. */
async function detach({ gateway, store, clock }: Keeper, complaintId: string): Promise<void> {
  const complaint = await store.complaints.find(complaintId);
  if (!complaint) return;
  const present = await completeFiles(gateway, idsOf([complaint]));
  const images = complaint.images.filter((image) => present.has(image.id));
  const lost = complaint.images.length - images.length;
  if (lost === 0) return;
  const { status, progress } = complaint;
  const version = complaint.version + 1;
  const note = lost === 1 ? 'One picture was lost from the storage.' : `${lost} pictures were lost from the storage.`;
  const told = { byId: null, byName: null, role: 'system', kind: 'edit', internalNote: null, internal: false };
  const entryId = randomId();
  const operations = [
    claimVersion('complaints', complaintId, complaint.version),
    update('complaints', complaintId, {
      images: JSON.stringify(images),
      changedAt: clock.now().toISOString(),
      version,
    }),
    create('timeline', entryId, { ...told, complaintId, number: version, status, progress, note }),
  ];
  // Somebody else's change in between is no failure: the next sweep comes here again.
  await commit(gateway, operations, async () => (await store.timeline.find(entryId)) !== undefined);
}

async function step(job: Job, after: string): Promise<string> {
  const { gateway } = job.keeper;
  const rows = await listPictured(gateway, after, PAGE);
  const settled = rows.filter((row) => job.isSettled(new Date(row.$createdAt)));
  const present = await completeFiles(gateway, idsOf(settled));
  const damaged = settled.filter((row) => row.images.some((image) => !present.has(image.id)));
  job.counts.dangling += idsOf(damaged).filter((id) => !present.has(id)).length;
  await job.change(damaged, (row) => detach(job.keeper, row.$id));
  return rows.length < PAGE ? '' : (rows.at(-1)?.$id ?? '');
}

/** Complaints whose pictures are gone, as after a delete in the console: what cannot be shown is not promised. */
export const lostPictures: Pass = { name: 'pictures', step };
