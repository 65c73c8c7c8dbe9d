import { formatDate } from '../clock.ts';
import type { PlannedFault } from '../faults/faults.ts';
import type { CallLog } from '../http/call-log.ts';
import type { Platform } from '../platform.ts';
import { sqlName } from '../rows/schema.ts';

/** The project at a glance: numbers of rows, files and calls, processes and planned faults. */
export function overview(platform: Platform, calls: CallLog) {
  const { project, database, files, clock, hosts, faults } = platform;
  const rowsIn = (name: string) => Number(database.get(`SELECT count(*) AS total FROM ${name}`)?.total ?? 0);
  return {
    project: project.id,
    time: formatDate(clock.now()),
    tables: Object.fromEntries([...project.tables].map(([key, table]) => [key, { rows: rowsIn(sqlName(table)) }])),
    buckets: Object.fromEntries(
      [...project.buckets].map(([id, bucket]) => [id, { files: rowsIn(sqlName(files.table(bucket))) }]),
    ),
    functions: Object.fromEntries(
      [...project.functions].map(([id, spec]) => [
        id,
        { process: hosts.pid(id) ?? null, events: spec.events, schedule: spec.schedule },
      ]),
    ),
    calls: calls.all().length,
    faults: faults.list().map(showFault),
  };
}

export function showFault({ rule, seen, hits }: PlannedFault) {
  return { ...rule, seen, hits };
}
