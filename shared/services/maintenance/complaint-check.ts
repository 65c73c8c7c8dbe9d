import type { CheckedComplaint } from '#shared/appwrite/reconciliation.ts';
import { matchesTotals } from '#shared/appwrite/total-repair.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { restoreShownAccess, revokeHiddenAccess } from '../complaints/image-access.ts';

/** Tells whether it has changed anything. */
export type Mend = (complaint: CheckedComplaint) => Promise<boolean>;

/** What a check has put right. */
export type Checked = { closed: boolean; recounted: boolean; mended: boolean };

/**
 * Does for a complaint what a change by the API does and an edit in the console does not: ends the public URLs of a
 * hidden one, opens the pictures of one that is shown again, completes its columns and moves it to the right totals.
 *
 * `thorough`: also where the pictures of a hidden complaint have tokens of their own already, older ones are looked for,
 * since whoever hid it may have died before they ended. That costs a call for each picture.
 * `mend` completes what was edited, see console-edits.ts; without it that is left for another time.
 */
export async function checkComplaint(
  deps: StorageDeps,
  complaint: CheckedComplaint,
  { thorough, mend }: { thorough: boolean; mend: Mend | undefined },
): Promise<Checked> {
  const { hidden, images } = complaint;
  const open = images.some((image) => !image.private);
  const closes = hidden && images.length > 0 && (open || thorough);
  if (closes) await revokeHiddenAccess(deps, complaint);
  else if (!hidden && images.some((image) => image.private)) await restoreShownAccess(deps, complaint);
  const wasRight = matchesTotals(complaint);
  const mended = mend !== undefined && (await mend(complaint));
  return { closed: closes && open, recounted: mended && !wasRight, mended: mended && wasRight };
}
