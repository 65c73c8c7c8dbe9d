import { livingComplaints } from '#shared/appwrite/reconciliation.ts';
import type { StorageDeps } from '#shared/compose.ts';
import type { DeletedRow } from '#shared/http/trigger.ts';
import { finishErasure } from '#shared/services/accounts/finish-erasures.ts';
import { removeBelongings } from '#shared/services/complaints/remove-belongings.ts';
import { noteDeletion } from '#shared/services/maintenance/due-tasks.ts';

/** Removes what a deleted row has left behind, and tells what was found. An event is a hint: the row has to be gone. */
export async function cleanUp({ tableId, rowId, columns }: DeletedRow, deps: StorageDeps) {
  switch (tableId) {
    case 'complaints':
      return { complaint: await cleanUpComplaint(deps, rowId, columns) };
    case 'users':
      return { account: await finishErasure(deps, rowId) };
    default:
      return { ignored: tableId };
  }
}

async function cleanUpComplaint(deps: StorageDeps, id: string, columns: unknown) {
  if ((await livingComplaints(deps.gateway, [id])).has(id)) return 'living';
  // Before anything is removed, so that maintenance finishes what a crash leaves, and decides what cannot be decided now.
  await noteDeletion(deps, id, columns);
  return removeBelongings(deps, id);
}
