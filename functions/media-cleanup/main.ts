import { lazyService } from '#shared/compose.ts';
import { createTrigger } from '#shared/http/trigger.ts';
import { finishErasure } from '#shared/services/accounts/finish-erasures.ts';
import { cleanUpComplaint } from '#shared/services/media/clean-up.ts';
import { sweep } from '#shared/services/media/sweep.ts';

export default createTrigger(async (occasion, deps) => {
  if (occasion.kind === 'schedule') return sweep(deps);
  switch (occasion.tableId) {
    case 'complaints':
      return { complaint: await cleanUpComplaint(deps, occasion.rowId) };
    case 'users':
      return { account: await finishErasure(deps, occasion.rowId) };
    default:
      return { ignored: occasion.tableId };
  }
}, lazyService());
