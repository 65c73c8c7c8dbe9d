import { DAY } from './clock.ts';
import { ENDED, REOPEN_DAYS, type Status } from './status.ts';
import {
  addWorkingDays,
  addWorkingMinutes,
  type Deadlines,
  type WorkingCalendar,
  workingMinutesBetween,
} from './working-time.ts';

/** The most people that a complaint is escalated to, one after the other, for each of its two deadlines. */
export const MAX_LEVELS = 3;

/** The columns of a complaint that decide when its next step is due. Times are ISO texts. */
export type CaseTimes = {
  status: Status;
  acknowledgeBy: string | null;
  overdueAt: string | null;
  /** The working minutes left until `overdueAt` when the complaint was put on hold; null while the deadline runs. */
  minutesLeft: number | null;
  /** The level of escalation that each of the two deadlines has reached. */
  acknowledgeLevel: number;
  overdueLevel: number;
  resolvedAt: string | null;
  closedAt: string | null;
};

/** A step that is due by time alone. `level` counts from 1. */
export type TimeStep =
  | { kind: 'close'; at: Date }
  | { kind: 'escalate'; deadline: 'acknowledge' | 'overdue'; level: number; at: Date };

const isRunning = (status: Status) => status !== 'on_hold' && !ENDED.includes(status);

/**
 * The next step that is due by time, even if it is far away; undefined if there is none. `levels`: the number of people
 * that the category escalates to.
 */
export function nextStep(times: CaseTimes, calendar: WorkingCalendar, levels = MAX_LEVELS): TimeStep | undefined {
  const { status, acknowledgeBy, overdueAt, acknowledgeLevel, overdueLevel, resolvedAt } = times;
  if (status === 'resolved') {
    return resolvedAt === null
      ? undefined
      : { kind: 'close', at: new Date(Date.parse(resolvedAt) + REOPEN_DAYS * DAY) };
  }
  if (!isRunning(status)) return undefined;
  const escalation = (deadline: 'acknowledge' | 'overdue', by: string | null, reached: number): TimeStep[] => {
    if (by === null || reached >= Math.min(levels, MAX_LEVELS)) return [];
    return [{ kind: 'escalate', deadline, level: reached + 1, at: addWorkingDays(calendar, new Date(by), reached) }];
  };
  const steps = [
    ...(status === 'created' ? escalation('acknowledge', acknowledgeBy, acknowledgeLevel) : []),
    ...escalation('overdue', overdueAt, overdueLevel),
  ];
  return steps.sort((a, b) => a.at.getTime() - b.at.getTime())[0];
}

/** The column `stepAt`: when the next step is due. */
export function stepTime(times: CaseTimes, calendar: WorkingCalendar, levels = MAX_LEVELS): string | null {
  return nextStep(times, calendar, levels)?.at.toISOString() ?? null;
}

/** The working minutes left until the deadline of a complaint that is on hold or has ended; null without a deadline. */
function minutesLeftOf(times: CaseTimes, calendar: WorkingCalendar, now: Date): number | null {
  const { status, minutesLeft, overdueAt, resolvedAt, closedAt } = times;
  if (minutesLeft !== null || overdueAt === null) return minutesLeft;
  const stoppedAt = isRunning(status) ? null : (resolvedAt ?? closedAt);
  return workingMinutesBetween(calendar, stoppedAt === null ? now : new Date(stoppedAt), new Date(overdueAt));
}

export type TimeColumns = Pick<
  CaseTimes,
  'acknowledgeBy' | 'overdueAt' | 'minutesLeft' | 'acknowledgeLevel' | 'overdueLevel'
> & { stepAt: string | null };

type Moved = {
  before: CaseTimes;
  /** The complaint after the change, without its deadlines. */
  after: Pick<CaseTimes, 'status' | 'resolvedAt' | 'closedAt'>;
  /** The deadlines of the new category if the change sets one. Its escalation starts at level 0. */
  deadlines: Deadlines | undefined;
  now: Date;
};

/**
 * The deadlines after a change. A complaint on hold has no `overdueAt`. A complaint that is resumed or reopened gets
 * the working time that was left when it was put on hold or ended.
 */
export function timesAfter({ before, after, deadlines, now }: Moved, calendar: WorkingCalendar): TimeColumns {
  const { acknowledgeBy, overdueAt, minutesLeft, acknowledgeLevel, overdueLevel } = before;
  const kept = { acknowledgeBy, overdueAt, minutesLeft, acknowledgeLevel, overdueLevel };
  const columns = deadlines ? { ...deadlines, minutesLeft: null, acknowledgeLevel: 0, overdueLevel: 0 } : kept;
  const current = { ...before, ...columns };
  const isResumed = !isRunning(before.status) && isRunning(after.status);
  if (after.status === 'on_hold') {
    columns.minutesLeft = minutesLeftOf({ ...current, status: 'in_progress' }, calendar, now);
    columns.overdueAt = null;
  } else if (isResumed && !deadlines) {
    const left = minutesLeftOf(current, calendar, now);
    columns.overdueAt = left === null ? null : addWorkingMinutes(calendar, now, left).toISOString();
    columns.minutesLeft = null;
  }
  return { ...columns, stepAt: stepTime({ ...after, ...columns }, calendar) };
}
