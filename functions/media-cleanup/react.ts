import type { Deps } from '#shared/compose.ts';
import type { Occasion } from '#shared/http/trigger.ts';
import { finishErasure } from '#shared/services/accounts/finish-erasures.ts';
import { cleanUpComplaint } from '#shared/services/media/clean-up.ts';
import { sweep } from '#shared/services/media/sweep.ts';

/** What is done about a deleted row or the hour that has come; reports it. */
export async function react(occasion: Occasion, deps: Deps) {
  if (occasion.kind === 'schedule') return sweep(deps);
  switch (occasion.tableId) {
    case 'complaints':
      return { complaint: await cleanUpComplaint(deps, occasion.rowId) };
    case 'users':
      return { account: await finishErasure(deps, occasion.rowId) };
    default:
      return { ignored: occasion.tableId };
  }
}
