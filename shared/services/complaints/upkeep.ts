import { SECOND } from '#shared/domain/clock.ts';
import type { Keeper } from '../media/job.ts';
import { measureFigures } from './measure.ts';
import { repairTotals } from './repair-totals.ts';
import { retireHidden } from './retire-hidden.ts';

export type UpkeepReport = { hidden: number; repairedTotals: number; months: number };

/** What the schedule does for complaints, within 40 seconds. One part that fails does not keep the next from its work. */
export async function keepUp(deps: Keeper): Promise<UpkeepReport> {
  const report: UpkeepReport = { hidden: 0, repairedTotals: 0, months: 0 };
  const parts: [keyof UpkeepReport, number, (stopAt: number) => Promise<number>][] = [
    ['hidden', 10 * SECOND, (stopAt) => retireHidden(deps, stopAt)],
    ['repairedTotals', 15 * SECOND, (stopAt) => repairTotals(deps, stopAt)],
    ['months', 15 * SECOND, async (stopAt) => (await measureFigures(deps, stopAt)).months.length],
  ];
  const failures: unknown[] = [];
  for (const [name, budget, part] of parts) {
    try {
      report[name] = await part(Date.now() + budget);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return report;
}
