import { fileOne } from './removal.ts';
import { expectComplaints, runDailyPasses, type Stage } from './stories.ts';

const FAULTS = ['event-lost', 'event-doubled', 'event-delayed', 'events-swapped'] as const;

export type EventReport = { points: number; broken: string[] };

/** Deletes complaints by the API or in the console, while an event fails. */
async function tryFault(stage: Stage, kind: (typeof FAULTS)[number], inConsole: boolean): Promise<void> {
  const { local, connection } = stage.service;
  const ids = [await fileOne(stage), await fileOne(stage)];
  const planned = local.faults.add({ kind, functionId: stage.service.functionId('media-cleanup'), milliseconds: 30 });
  for (const id of ids) {
    if (inConsole) await connection.store.complaints.remove(id);
    else (await stage.admin.send('POST', '/complain/delete', { json: { id } })).status;
  }
  await local.settle();
  planned.remove();
  await local.settle();
  if (planned.hits === 0) throw new Error('no event was struck');
  await runDailyPasses(stage.service);
  await expectComplaints(stage, [1], { totals: !inConsole });
}

/** Tries every fault of an event with both ways of deleting, as far as `selectPoint` selects them. */
export async function tryEvents(
  stage: Stage,
  { selectPoint }: { selectPoint?: () => boolean } = {},
): Promise<EventReport> {
  const report: EventReport = { points: 0, broken: [] };
  const start = await stage.service.local.snapshot();
  for (const kind of FAULTS) {
    for (const inConsole of [false, true]) {
      if (selectPoint && !selectPoint()) continue;
      report.points += 1;
      await tryFault(stage, kind, inConsole).catch((error: unknown) => report.broken.push(`${kind}: ${error}`));
      await stage.service.local.restore(start);
    }
  }
  return report;
}
