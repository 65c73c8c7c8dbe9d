import type { StorageDeps } from '#shared/compose.ts';
import type { DeletedRow } from '#shared/http/trigger.ts';
import { finishErasure } from '#shared/services/accounts/finish-erasures.ts';
import { cleanUpDeleted } from '#shared/services/maintenance/due-tasks.ts';

/**
 * Cleans up after a deleted row and returns what was done. Checks first that the row is gone, since an event may be
 * forged.
 */
export async function cleanUp({ tableId, rowId, columns }: DeletedRow, deps: StorageDeps) {
  switch (tableId) {
    case 'complaints':
      return { complaint: await cleanUpDeleted(deps, rowId, columns) };
    case 'users':
      return { account: await finishErasure(deps, rowId, columns) };
    default:
      return { ignored: tableId };
  }
}
