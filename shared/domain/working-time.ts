import { TZDateMini } from '@date-fns/tz';
import { MINUTE } from './clock.ts';

/** A period of work in minutes of the local day. The periods of a day are in order and do not overlap. */
type Period = { from: number; to: number };

export type WorkingCalendar = {
  /** An IANA time zone. */
  timeZone: string;
  /** The periods by weekday, Sunday first. At least one day has a period. */
  week: readonly (readonly Period[])[];
  /** Local dates (`2026-12-25`) without working time. */
  holidays: ReadonlySet<string>;
};

/** An invalid calendar setting; the message says what is expected. */
export class CalendarError extends Error {}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const MINUTES_OF_DAY = 24 * 60;
const ENTRY = /^([a-z]{3})(?:-([a-z]{3}))?\s+(\d\d):(\d\d)-(\d\d):(\d\d)$/;
const EXPECTED = 'must be a list such as "mon-fri 08:00-17:00" or "mon-thu 08:00-17:00, fri 08:00-12:00"';

function listOf(text: string): string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.filter(Boolean);
}

/** The numbers of the weekdays of a range, which may go past Saturday. */
function daysBetween(first: string, last: string): number[] {
  const [from, to] = [DAYS.indexOf(first as 'sun'), DAYS.indexOf(last as 'sun')];
  if (from < 0 || to < 0) throw new CalendarError(EXPECTED);
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, step) => (from + step) % 7);
}

function minuteOf(hours = '', minutes = ''): number {
  const minute = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || minute > MINUTES_OF_DAY) throw new CalendarError(EXPECTED);
  return minute;
}

/**
 * Parses `mon-fri 08:00-17:00`: days or ranges of days with their hours, separated by commas. `24:00` ends a day.
 * Throws CalendarError.
 */
export function readWorkingHours(text: string): Period[][] {
  const week: Period[][] = DAYS.map(() => []);
  for (const entry of listOf(text)) {
    const [, first = '', last, ...times] = ENTRY.exec(entry.toLowerCase()) ?? [];
    const period = { from: minuteOf(times[0], times[1]), to: minuteOf(times[2], times[3]) };
    if (period.from >= period.to) throw new CalendarError(EXPECTED);
    for (const day of daysBetween(first, last ?? first)) week[day]?.push(period);
  }
  for (const periods of week) {
    periods.sort((a, b) => a.from - b.from);
    if (periods.some(({ from }, at) => from < (periods[at - 1]?.to ?? 0))) {
      throw new CalendarError('must not name the same hours of a day twice');
    }
  }
  if (week.every((periods) => periods.length === 0)) throw new CalendarError(EXPECTED);
  return week;
}

/** Parses `2026-12-25,2027-01-01`; throws CalendarError for an invalid date. */
export function readHolidays(text: string): Set<string> {
  const dates = listOf(text);
  for (const date of dates) {
    const time = Date.parse(`${date}T00:00:00Z`);
    const isDate = /^\d{4}-\d\d-\d\d$/.test(date) && new Date(time).toISOString().startsWith(date);
    if (!isDate) throw new CalendarError('must be a list of dates such as 2026-12-25,2027-01-01');
  }
  return new Set(dates);
}

/** A local day as the number of days since 1970-01-01. */
type Day = number;
const DAY_MS = MINUTES_OF_DAY * MINUTE;

/** The local day of a moment and the fractional minute within it. */
function localOf({ timeZone }: WorkingCalendar, moment: Date): { day: Day; minute: number } {
  const local = new TZDateMini(moment.getTime(), timeZone);
  const wall = Date.UTC(
    local.getFullYear(),
    local.getMonth(),
    local.getDate(),
    local.getHours(),
    local.getMinutes(),
    local.getSeconds(),
    local.getMilliseconds(),
  );
  const day = Math.floor(wall / DAY_MS);
  return { day, minute: (wall - day * DAY_MS) / MINUTE };
}

/** The moment of a local time. A time that is skipped in spring counts as later by the length of the clock change. */
function momentOf({ timeZone }: WorkingCalendar, day: Day, minute: number): number {
  const wall = new Date(Math.round(day * DAY_MS + minute * MINUTE));
  const time = [wall.getUTCHours(), wall.getUTCMinutes(), wall.getUTCSeconds(), wall.getUTCMilliseconds()] as const;
  return new TZDateMini(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate(), ...time, timeZone).getTime();
}

function periodsOf({ week, holidays }: WorkingCalendar, day: Day): readonly Period[] {
  const date = new Date(day * DAY_MS);
  return holidays.has(date.toISOString().slice(0, 10)) ? [] : (week[date.getUTCDay()] ?? []);
}

/** The working periods from a local day on, as moments, earliest first. Never ends. */
function* periodsFrom(calendar: WorkingCalendar, first: Day): Generator<{ from: number; to: number }> {
  for (let day = first; ; day += 1) {
    for (const { from, to } of periodsOf(calendar, day)) {
      yield { from: momentOf(calendar, day, from), to: momentOf(calendar, day, to) };
    }
  }
}

/** The moment after `minutes` of working time; `start` itself for 0. */
export function addWorkingMinutes(calendar: WorkingCalendar, start: Date, minutes: number): Date {
  let left = minutes * MINUTE;
  if (left <= 0) return start;
  for (const { from, to } of periodsFrom(calendar, localOf(calendar, start).day)) {
    const begins = Math.max(from, start.getTime());
    if (begins >= to) continue;
    if (left <= to - begins) return new Date(begins + left);
    left -= to - begins;
  }
  throw new Error('a calendar has ended');
}

/** The working minutes from `start` to `end`, rounded up; 0 if `end` is not later. */
export function workingMinutesBetween(calendar: WorkingCalendar, start: Date, end: Date): number {
  let sum = 0;
  if (start >= end) return 0;
  for (const { from, to } of periodsFrom(calendar, localOf(calendar, start).day)) {
    if (from >= end.getTime()) break;
    sum += Math.max(0, Math.min(to, end.getTime()) - Math.max(from, start.getTime()));
  }
  return Math.ceil(sum / MINUTE);
}

/**
 * The same local time `days` working days later. A start outside working time counts from the next working moment. A
 * result outside working time moves back to the end of the period before it, or on to the first period of its day.
 */
export function addWorkingDays(calendar: WorkingCalendar, start: Date, days: number): Date {
  if (days <= 0) return start;
  let { day, minute } = localOf(calendar, start);
  const next = periodsOf(calendar, day).find(({ to }) => minute < to);
  minute = Math.max(minute, next?.from ?? 0);
  if (!next) {
    do day += 1;
    while (periodsOf(calendar, day).length === 0);
    minute = periodsOf(calendar, day)[0]?.from ?? 0;
  }
  for (let left = days; left > 0; ) {
    day += 1;
    if (periodsOf(calendar, day).length > 0) left -= 1;
  }
  const periods = periodsOf(calendar, day);
  const within = periods.find(({ to }) => minute <= to);
  const earlier = periods.findLast(({ to }) => to <= minute);
  if (within && minute >= within.from) return new Date(momentOf(calendar, day, minute));
  return new Date(momentOf(calendar, day, earlier?.to ?? periods[0]?.from ?? minute));
}

/** The deadlines of a category: working hours until acknowledgement, working days until the end. */
export type DeadlineTerms = { hoursToAcknowledge: number | null; daysUntilOverdue: number | null };

/** ISO times; null if the category does not set the deadline. */
export type Deadlines = { acknowledgeBy: string | null; overdueAt: string | null };

/** The deadlines of a complaint that was filed in this category at this time. */
export function deadlinesFor(category: DeadlineTerms | undefined, from: Date, calendar: WorkingCalendar): Deadlines {
  const hours = category?.hoursToAcknowledge ?? null;
  const days = category?.daysUntilOverdue ?? null;
  return {
    acknowledgeBy: hours === null ? null : addWorkingMinutes(calendar, from, hours * 60).toISOString(),
    overdueAt: days === null ? null : addWorkingDays(calendar, from, days).toISOString(),
  };
}
