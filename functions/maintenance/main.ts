import { lazyMaintenanceConfig } from '#shared/compose.ts';
import { createScheduleFunction } from '#shared/http/trigger.ts';
import { describeStop } from '#shared/services/maintenance/remove-leftovers.ts';
import { runMaintenance } from '#shared/services/maintenance/run.ts';

export default createScheduleFunction(
  runMaintenance,
  ({ pass }) => pass?.stopped.map(describeStop).join(' ') || undefined,
  lazyMaintenanceConfig(),
);
