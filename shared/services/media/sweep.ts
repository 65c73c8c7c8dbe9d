import { existingComplaints, removeTimeline } from '#shared/appwrite/complaints.ts';
import { removeExpired } from '#shared/appwrite/limits.ts';
import { listFiles, removeFile, type StoredFile } from '#shared/appwrite/media.ts';
import type { Deps } from '#shared/compose.ts';
import { HOUR, MINUTE } from '#shared/domain/clock.ts';
import { ownerOfFile } from '#shared/domain/ids.ts';
import { finishErasures } from '../accounts/finish-erasures.ts';

const BATCH = 100;
/** Far longer than a create may last: a file this old without a complaint will never get one. */
const GRACE_MS = HOUR;
const BUDGET_MS = MINUTE;

export type SweepReport = { files: number; orphans: number; orphanBytes: number; erasures: number };

async function orphansAmong(deps: Deps, files: readonly StoredFile[]): Promise<StoredFile[]> {
  const youngest = deps.clock.now().getTime() - GRACE_MS;
  const old = files.filter((file) => file.createdAt.getTime() < youngest);
  const owners = [...new Set(old.map((file) => ownerOfFile(file.id)).filter((id) => id !== undefined))];
  const living = await existingComplaints(deps.store, owners);
  // A file that is not named as ours is not ours to delete.
  return old.filter((file) => {
    const owner = ownerOfFile(file.id);
    return owner !== undefined && !living.has(owner);
  });
}

async function removeOrphans(deps: Deps, orphans: readonly StoredFile[]): Promise<void> {
  const owners = new Set(orphans.map((file) => ownerOfFile(file.id) ?? ''));
  await Promise.all([
    ...orphans.map((file) => removeFile(deps.gateway, file.id)),
    ...[...owners].map((owner) => removeTimeline(deps.store, owner)),
  ]);
}

/** What events have missed: files without a complaint, erasures begun and not finished, limits that have run out. */
export async function sweep(deps: Deps): Promise<SweepReport> {
  const stopAt = Date.now() + BUDGET_MS;
  const report: SweepReport = { files: 0, orphans: 0, orphanBytes: 0, erasures: await finishErasures(deps) };
  await removeExpired(deps.store, deps.clock.now());
  let after: string | undefined;
  while (Date.now() < stopAt) {
    const files = await listFiles(deps.gateway, after, BATCH);
    const orphans = await orphansAmong(deps, files);
    await removeOrphans(deps, orphans);
    report.files += files.length;
    report.orphans += orphans.length;
    report.orphanBytes += orphans.reduce((sum, file) => sum + file.bytes, 0);
    after = files.at(-1)?.id;
    if (files.length < BATCH) break;
  }
  return report;
}
