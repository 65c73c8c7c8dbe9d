import { listFiles, removeFile, type StoredFile } from '#shared/appwrite/media.ts';
import { livingComplaints } from '#shared/appwrite/reconciliation.ts';
import { ownerOfFile } from '#shared/domain/ids.ts';
import type { Job, Pass } from './job.ts';

const PAGE = 400;

/** The files of a page that no complaint owns; young ones may belong to a create that is just happening. */
async function ownerless(job: Job, files: readonly StoredFile[]): Promise<StoredFile[]> {
  const owners = files.map((file) => ownerOfFile(file.id)).filter((id) => id !== undefined);
  const living = await livingComplaints(job.keeper.gateway, owners);
  return files.filter((file) => {
    const owner = ownerOfFile(file.id);
    if (owner !== undefined) return !living.has(owner);
    // A whole file with a name of its own is somebody's; the beginning of one is of no use to anybody.
    if (file.complete) job.counts.strangers += 1;
    return !file.complete;
  });
}

async function step(job: Job, after: string): Promise<string> {
  const { counts, keeper } = job;
  const files = await listFiles(keeper.gateway, after, PAGE);
  const found = await ownerless(job, files);
  const orphans = found.filter((file) => job.isSettled(file.createdAt));
  counts.files += files.length;
  counts.fileBytes += sizeOf(files);
  counts.waiting += found.length - orphans.length;
  counts.orphans += orphans.length;
  counts.orphanBytes += sizeOf(orphans);
  counts.unfinished += orphans.filter((file) => !file.complete).length;
  await job.change(orphans, (file) => removeFile(keeper.gateway, file.id));
  return files.length < PAGE ? '' : (files.at(-1)?.id ?? '');
}

function sizeOf(files: readonly StoredFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

/** Files without a complaint. */
export const orphanFiles: Pass = { name: 'files', step };
