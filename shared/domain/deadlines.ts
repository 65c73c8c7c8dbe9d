import { DAY } from './clock.ts';
import { ENDED, REOPEN_DAYS, type Status } from './status.ts';
import {
  addWorkingDays,
  addWorkingMinutes,
  type Deadlines,
  type WorkingCalendar,
  workingMinutesBetween,
} from './working-time.ts';

/** How many people a complaint can be escalated to, one after the other, after each of its deadlines. */
export const MAX_LEVELS = 3;

/** The columns of a complaint that say when something of it is due. Times are ISO texts. */
export type CaseTimes = {
  status: Status;
  acknowledgeBy: string | null;
  overdueAt: string | null;
  /** Working minutes that were left until `overdueAt` when the complaint was put on hold; null while time runs. */
  minutesLeft: number | null;
  /** How many levels of escalation each of the two deadlines has reached. */
  acknowledgeLevel: number;
  overdueLevel: number;
  resolvedAt: string | null;
  closedAt: string | null;
};

/** What time does to a complaint by itself. `level` counts from 1. */
export type TimeStep =
  | { kind: 'close'; at: Date }
  | { kind: 'escalate'; deadline: 'acknowledge' | 'overdue'; level: number; at: Date };

const isRunning = (status: Status) => status !== 'on_hold' && !ENDED.includes(status);

/** The next step that time takes, however far away; undefined when there is none. `levels`: how many people the category names. */
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

/** The working minutes that a complaint on hold or ended has left; null when it has no deadline. */
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
  /** The complaint as the change leaves it, its deadlines apart. */
  after: Pick<CaseTimes, 'status' | 'resolvedAt' | 'closedAt'>;
  /** The deadlines of its new category, when the change gives it one: they count from level 0. */
  deadlines: Deadlines | undefined;
  now: Date;
};

/**
 * The deadlines after a change. On hold there is no `overdueAt`; whoever goes on with the work, from there or after the
 * end, has the working time that was left then.
 */
export function timesAfter({ before, after, deadlines, now }: Moved, calendar: WorkingCalendar): TimeColumns {
  const { acknowledgeBy, overdueAt, minutesLeft, acknowledgeLevel, overdueLevel } = before;
  const kept = { acknowledgeBy, overdueAt, minutesLeft, acknowledgeLevel, overdueLevel };
  const columns = deadlines ? { ...deadlines, minutesLeft: null, acknowledgeLevel: 0, overdueLevel: 0 } : kept;
  const stood = { ...before, ...columns };
  const goesOn = !isRunning(before.status) && isRunning(after.status);
  if (after.status === 'on_hold') {
    columns.minutesLeft = minutesLeftOf({ ...stood, status: 'in_progress' }, calendar, now);
    columns.overdueAt = null;
  } else if (goesOn && !deadlines) {
    const left = minutesLeftOf(stood, calendar, now);
    columns.overdueAt = left === null ? null : addWorkingMinutes(calendar, now, left).toISOString();
    columns.minutesLeft = null;
  }
  return { ...columns, stepAt: stepTime({ ...after, ...columns }, calendar) };
}
