import { listHiddenSince, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { readNote, writeNote } from '#shared/appwrite/notes.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import type { Keeper } from '../media/job.ts';
import { renewAccess, retireOldAccess } from './image-access.ts';

const BATCH = 50;
/** Commits do not land in the order of their dates. */
const OVERLAP_MS = MINUTE;
const BEGINNING = '1970-01-01T00:00:00.000Z';

async function retire(deps: Keeper, complaint: StoredComplaint): Promise<void> {
  if (complaint.images.every((image) => image.private)) return retireOldAccess(deps, complaint.images);
  // Hidden in the console, so its URLs are still those that the public knows.
  const images = await renewAccess(deps, complaint.images);
  const replaced = await deps.store.complaints.replace(complaint, { images: JSON.stringify(images) });
  if (replaced) await retireOldAccess(deps, images);
}

/** Ends the public URLs of what was hidden since the last run: where the hider died half-way, and where an admin hid it in the console. */
export async function retireHidden(deps: Keeper, stopAt: number): Promise<number> {
  const { store } = deps;
  const noted = (await readNote(store, 'hidden')) ?? '';
  const begun = Number.isNaN(Date.parse(noted)) ? BEGINNING : noted;
  let last: StoredComplaint | undefined;
  let looked = 0;
  while (Date.now() < stopAt) {
    const rows = await listHiddenSince(store, last ?? { $updatedAt: begun }, BATCH);
    for (const row of rows) if (row.images.length > 0) await retire(deps, row);
    looked += rows.length;
    last = rows.at(-1) ?? last;
    if (rows.length < BATCH) break;
  }
  if (last) {
    const next = Math.max(Date.parse(begun), Date.parse(last.$updatedAt) - OVERLAP_MS);
    await writeNote(store, 'hidden', new Date(next).toISOString());
  }
  return looked;
}
