import { Cron } from 'croner';
import { Query } from 'node-appwrite';
import { systemClock } from '#shared/domain/clock.ts';
import { type SweepReport, sweep } from '#shared/services/media/sweep.ts';
import type { Planning } from '../deploy/change.ts';
import type { DeclaredFunction } from '../deploy/declaration.ts';
import type { Connection } from '../project/connect.ts';
import { type Finding, failure, good, warning } from './finding.ts';

const BUDGET_MS = 30_000;

/** The last scheduled run of every function that has a schedule. */
export async function checkSchedules(planning: Planning): Promise<Finding[]> {
  const scheduled = planning.declared.functions.filter(({ schedule }) => schedule !== '');
  return Promise.all(scheduled.map((fn) => checkSchedule(planning, fn)));
}

async function checkSchedule({ remote, live }: Planning, fn: DeclaredFunction): Promise<Finding> {
  const { $id: functionId, schedule } = fn;
  const subject = `schedule of ${functionId}`;
  const known = live.functions.find(({ $id }) => $id === functionId);
  if (!known?.deployment) return failure('upkeep', subject, 'cannot run: there is no deployment');
  const queries = [Query.equal('trigger', 'schedule'), Query.orderDesc('$createdAt'), Query.limit(1)];
  const { executions } = await remote.functions.listExecutions({ functionId, queries });
  const [last] = executions;
  const overdue = Date.now() - 3 * intervalOf(schedule);
  if (!last) {
    const young = Date.parse(known.deployment.$createdAt) > overdue;
    return young ? good('upkeep', subject, 'is not due yet') : failure('upkeep', subject, 'has never run');
  }
  const when = `last ran ${last.$createdAt}`;
  if (String(last.status) === 'failed')
    return failure('upkeep', subject, `${when} and failed: ${last.errors.slice(0, 200)}`);
  return Date.parse(last.$createdAt) > overdue
    ? good('upkeep', subject, when)
    : failure('upkeep', subject, `${when}, too long ago`);
}

function intervalOf(schedule: string): number {
  const [first, second] = new Cron(schedule, { timezone: 'UTC' }).nextRuns(2);
  return first && second ? second.getTime() - first.getTime() : 0;
}

/** What the cleaner would do, without doing it. */
export async function checkMedia({ gateway, store }: Connection): Promise<Finding[]> {
  const report = await sweep({ gateway, store, clock: systemClock }, { dry: true, budgetMs: BUDGET_MS });
  const seen = report.complete ? '' : `; only a part could be looked at in ${BUDGET_MS / 1000} seconds`;
  const text = `${report.files} files, ${report.fileBytes} bytes${seen}`;
  return [good('media', 'bucket', text), ...faultsOf(report)];
}

/** An orphan is the cleaner's next meal; a picture that is gone is a loss. */
function faultsOf({ orphans, orphanBytes, unfinished, strangers, dangling, timelines }: SweepReport): Finding[] {
  const findings: Finding[] = [];
  if (orphans > 0)
    findings.push(warning('media', 'bucket', `${orphans} files without a complaint, ${orphanBytes} bytes`));
  if (unfinished > 0) findings.push(warning('media', 'bucket', `${unfinished} uploads that never ended`));
  if (strangers > 0) findings.push(warning('media', 'bucket', `${strangers} files that are not of this product`));
  if (timelines > 0) findings.push(warning('media', 'timeline', `${timelines} timelines without a complaint`));
  if (dangling > 0) findings.push(failure('media', 'complaints', `${dangling} pictures are gone`));
  return findings;
}
