import { Cron } from 'croner';
import { Query } from 'node-appwrite';
import { SECOND, systemClock } from '#shared/domain/clock.ts';
import { lastPass, type PassReport, reconcileNow } from '#shared/services/maintenance/reconciliation.ts';
import { describeStop } from '#shared/services/maintenance/remove-leftovers.ts';
import type { Planning } from '../deploy/change.ts';
import type { DeclaredFunction } from '../deploy/declaration.ts';
import type { Connection } from '../project/connect.ts';
import { type Finding, failure, good, warning } from './finding.ts';

const BUDGET_MS = 30 * SECOND;

/** Checks the last scheduled run of every function with a schedule, by the code that runs now. */
export async function checkSchedules(planning: Planning): Promise<Finding[]> {
  const scheduled = planning.declared.functions.filter(({ schedule }) => schedule !== '');
  return Promise.all(scheduled.map((fn) => checkSchedule(planning, fn)));
}

async function checkSchedule({ remote, live }: Planning, fn: DeclaredFunction): Promise<Finding> {
  const { $id: functionId, schedule } = fn;
  const subject = `schedule of ${functionId}`;
  const known = live.functions.find(({ $id }) => $id === functionId);
  if (!known?.deployment) return failure('schedule', subject, 'cannot run: there is no deployment');
  const queries = [Query.equal('trigger', 'schedule'), Query.orderDesc('$createdAt'), Query.limit(1)];
  const { executions } = await remote.functions.listExecutions({ functionId, queries });
  const [last] = executions;
  const overdue = Date.now() - 3 * intervalOf(schedule);
  // A run from before the present deployment was ready says nothing about its code.
  const readyAt = Date.parse(known.deployment.$updatedAt);
  if (!last || Date.parse(last.$createdAt) < readyAt) {
    if (readyAt > overdue) return good('schedule', subject, 'is not due yet');
    return failure('schedule', subject, last ? `has not run since ${last.$createdAt}` : 'has never run');
  }
  const when = `last ran ${last.$createdAt}`;
  if (String(last.status) === 'failed')
    return failure('schedule', subject, `${when} and failed: ${last.errors.slice(0, 200)}`);
  return Date.parse(last.$createdAt) > overdue
    ? good('schedule', subject, when)
    : failure('schedule', subject, `${when}, too long ago`);
}

function intervalOf(schedule: string): number {
  const [first, second] = new Cron(schedule, { timezone: 'UTC' }).nextRuns(2);
  return first && second ? second.getTime() - first.getTime() : 0;
}

/** Reports what a dry pass finds now, and whether the last pass stopped at its limit. */
export async function checkMedia({ gateway, store }: Connection): Promise<Finding[]> {
  const deps = { gateway, store, clock: systemClock };
  const [last, report] = [await lastPass(store), await reconcileNow(deps, { dry: true, milliseconds: BUDGET_MS })];
  const seen = report.complete ? '' : `; only a part could be looked at in ${BUDGET_MS / SECOND} seconds`;
  const text = `${report.files} files, ${report.fileBytes} bytes${seen}`;
  const stops = (last?.stopped ?? []).map((stop) => failure('media', 'removal', describeStop(stop)));
  return [good('media', 'bucket', text), ...faultsOf(report), ...stops];
}

/** Leftovers are warnings, since maintenance removes them after a day; missing pictures are failures. */
function faultsOf(report: PassReport): Finding[] {
  const { orphans, orphanBytes, unfinished, strangers, dangling, orphanTimelines } = report;
  const findings: Finding[] = [];
  if (orphans > 0)
    findings.push(warning('media', 'bucket', `${orphans} files without a complaint, ${orphanBytes} bytes`));
  if (unfinished > 0) findings.push(warning('media', 'bucket', `${unfinished} uploads that never ended`));
  if (strangers > 0) findings.push(warning('media', 'bucket', `${strangers} files that are not of this product`));
  if (report.lostAccounts > 0)
    findings.push(warning('media', 'accounts', `${report.lostAccounts} accounts were deleted and are not erased yet`));
  if (orphanTimelines > 0)
    findings.push(warning('media', 'timeline', `${orphanTimelines} timelines without a complaint`));
  if (report.orphanWords > 0)
    findings.push(warning('media', 'words', `${report.orphanWords} complaints that are gone and left words`));
  if (dangling > 0) findings.push(failure('media', 'complaints', `${dangling} complaints show pictures that are gone`));
  return findings;
}
