import { lazyNotifyConfig } from '#shared/compose.ts';
import { createRowFunction } from '#shared/http/trigger.ts';
import { withMailer } from '#shared/services/notifications/deps.ts';
import { deliverOutboxRow, runNotifications } from '#shared/services/notifications/run.ts';

export default createRowFunction(
  'outbox',
  (rowId, deps, config) => {
    const notify = withMailer(deps, config);
    return rowId === undefined ? runNotifications(notify) : deliverOutboxRow(notify, rowId);
  },
  lazyNotifyConfig(),
);
