import type { CheckedComplaint } from '#shared/appwrite/reconciliation.ts';
import { matchesTotals } from '#shared/appwrite/total-repair.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { restoreShownAccess, revokeHiddenAccess } from '../complaints/image-access.ts';

/** Returns whether it has changed anything. */
export type CompleteEdit = (complaint: CheckedComplaint) => Promise<boolean>;

/** What a check has corrected. */
export type Checked = { closed: boolean; recounted: boolean; mended: boolean };

/**
 * Completes an edit made in the console, as the API would have done: revokes or publishes picture URLs and,
 * with `completeEdit` (console-edits.ts), updates derived columns and totals. `thorough` also revokes older tokens of
 * hidden pictures, one call each, since the hiding request may have crashed before that.
 */
export async function checkComplaint(
  deps: StorageDeps,
  complaint: CheckedComplaint,
  { thorough, completeEdit }: { thorough: boolean; completeEdit: CompleteEdit | undefined },
): Promise<Checked> {
  const { hidden, images } = complaint;
  const open = images.some((image) => !image.private);
  const closes = hidden && images.length > 0 && (open || thorough);
  if (closes) await revokeHiddenAccess(deps, complaint);
  else if (!hidden && images.some((image) => image.private)) await restoreShownAccess(deps, complaint);
  const wasRight = matchesTotals(complaint);
  const mended = completeEdit !== undefined && (await completeEdit(complaint));
  return { closed: closes && open, recounted: mended && !wasRight, mended: mended && wasRight };
}
