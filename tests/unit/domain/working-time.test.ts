import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addWorkingDays,
  addWorkingMinutes,
  CalendarError,
  deadlinesFor,
  readHolidays,
  readWorkingHours,
  type WorkingCalendar,
  workingMinutesBetween,
} from '#shared/domain/working-time.ts';

function calendar(hours = 'mon-fri 08:00-17:00', timeZone = 'Europe/Berlin', holidays = ''): WorkingCalendar {
  return { timeZone, week: readWorkingHours(hours), holidays: readHolidays(holidays) };
}

const BERLIN = calendar();
const DAY_AND_NIGHT = calendar('mon-sun 00:00-24:00');
const hours = (from: string, count: number, by = BERLIN) =>
  addWorkingMinutes(by, new Date(from), count * 60).toISOString();
const days = (from: string, count: number, by = BERLIN) => addWorkingDays(by, new Date(from), count).toISOString();
const left = (from: string, to: string, by = BERLIN) => workingMinutesBetween(by, new Date(from), new Date(to));

describe('working hours', () => {
  it('count only within the hours of the time zone', () => {
    // Thursday 16:00 in Berlin, in winter: one working hour is left that day.
    expect(hours('2026-11-26T15:00:00Z', 1)).toBe('2026-11-26T16:00:00.000Z');
    expect(hours('2026-11-26T15:00:00Z', 4)).toBe('2026-11-27T10:00:00.000Z');
    expect(hours('2026-11-27T15:30:00Z', 1)).toBe('2026-11-30T07:30:00.000Z');
    expect(left('2026-11-26T15:00:00Z', '2026-11-27T10:00:00Z')).toBe(240);
  });

  it('start with the next working day in the evening, at night or at a weekend', () => {
    for (const from of [
      '2026-11-27T16:00:00Z',
      '2026-11-28T11:00:00Z',
      '2026-11-29T23:30:00Z',
      '2026-11-30T06:59:59Z',
    ]) {
      expect(hours(from, 2), from).toBe('2026-11-30T09:00:00.000Z');
      expect(left(from, '2026-11-30T09:00:00Z'), from).toBe(120);
    }
  });

  it('exclude holidays, also across the end of the year', () => {
    const closed = calendar('mon-fri 08:00-17:00', 'Europe/Berlin', '2026-12-24,2026-12-25, 2026-12-31,2027-01-01');
    expect(hours('2026-12-30T15:00:00Z', 2, closed)).toBe('2027-01-04T08:00:00.000Z');
    expect(left('2026-12-30T15:00:00Z', '2027-01-04T08:00:00Z', closed)).toBe(120);
    expect(days('2026-12-30T15:00:00Z', 1, closed)).toBe('2027-01-04T15:00:00.000Z');
  });

  it('are 23 on the day when summer time begins and 25 on the day when it ends', () => {
    expect(hours('2026-03-28T23:00:00Z', 24, DAY_AND_NIGHT)).toBe('2026-03-29T23:00:00.000Z');
    expect(left('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', DAY_AND_NIGHT)).toBe(23 * 60);
    expect(left('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', DAY_AND_NIGHT)).toBe(25 * 60);
    const nights = calendar('sun 01:00-04:00');
    expect(left('2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z', nights)).toBe(120);
    expect(left('2026-10-24T00:00:00Z', '2026-10-26T00:00:00Z', nights)).toBe(240);
  });

  it('may have a break and differ by day', () => {
    const office = calendar('mon-thu 08:00-12:00, mon-thu 13:00-17:00, fri 08:00-12:00', 'UTC');
    expect(hours('2026-11-26T11:00:00Z', 3, office)).toBe('2026-11-26T15:00:00.000Z');
    expect(hours('2026-11-26T16:00:00Z', 6, office)).toBe('2026-11-30T09:00:00.000Z');
  });

  it('that were added are counted again, in any zone and at any time', async () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2032-01-01'), noInvalidDate: true });
    await fc.assert(
      fc.property(zones, moment, fc.integer({ min: 1, max: 6_000 }), (zone, start, minutes) => {
        const by = calendar('mon-fri 08:00-17:00, sat 22:00-24:00', zone);
        const end = addWorkingMinutes(by, start, minutes);
        expect(workingMinutesBetween(by, start, end)).toBe(minutes);
      }),
      { numRuns: 60 },
    );
  });

  it('of zero length end at once', () => {
    expect(hours('2026-11-28T11:00:00Z', 0)).toBe('2026-11-28T11:00:00.000Z');
    expect(left('2026-11-27T10:00:00Z', '2026-11-26T10:00:00Z')).toBe(0);
  });
});

describe('working days', () => {
  it('end at the same local time, also across a change of the clocks', () => {
    expect(days('2026-11-26T10:15:30.250Z', 2)).toBe('2026-11-30T10:15:30.250Z');
    expect(days('2026-03-27T09:00:00Z', 1)).toBe('2026-03-30T08:00:00.000Z');
    expect(days('2026-10-23T08:00:00Z', 5)).toBe('2026-10-30T09:00:00.000Z');
  });

  it('start at the next working moment', () => {
    expect(days('2026-11-28T11:00:00Z', 1)).toBe('2026-12-01T07:00:00.000Z');
    expect(days('2026-11-26T20:00:00Z', 1)).toBe('2026-11-30T07:00:00.000Z');
    expect(days('2026-11-26T03:00:00Z', 1)).toBe('2026-11-27T07:00:00.000Z');
  });

  it('end within the hours of their last day', () => {
    const office = calendar('mon-thu 08:00-12:00, mon-thu 13:00-17:00, fri 07:00-11:00', 'UTC');
    expect(days('2026-11-26T16:00:00Z', 1, office)).toBe('2026-11-27T11:00:00.000Z');
    expect(days('2026-11-26T12:30:00Z', 4, office)).toBe('2026-12-02T13:00:00.000Z');
    expect(days('2026-11-27T07:30:00Z', 1, office)).toBe('2026-11-30T08:00:00.000Z');
  });
});

describe('deadlines', () => {
  it('follow the category', () => {
    const from = new Date('2026-11-26T15:00:00Z');
    expect(deadlinesFor({ hoursToAcknowledge: 2, daysUntilOverdue: 1 }, from, BERLIN)).toEqual({
      acknowledgeBy: '2026-11-27T08:00:00.000Z',
      overdueAt: '2026-11-27T15:00:00.000Z',
    });
    for (const none of [undefined, { hoursToAcknowledge: null, daysUntilOverdue: null }]) {
      expect(deadlinesFor(none, from, BERLIN)).toEqual({ acknowledgeBy: null, overdueAt: null });
    }
  });
});

describe('a calendar', () => {
  it.each([
    '',
    'always',
    'mon-fri',
    'mon-fri 8:00-17:00',
    'mon-fri 17:00-08:00',
    'mon-fri 08:00-24:30',
    'mon-fri 08:60-17:00',
    'mon-xyz 08:00-17:00',
    'mon-fri 08:00-17:00, fri 16:00-18:00',
  ])('is refused when it cannot be read: %s', (text) => {
    expect(() => readWorkingHours(text)).toThrow(CalendarError);
  });

  it.each(['christmas', '2026-02-30', '2026-12-25 2026-12-26', '25.12.2026'])('refuses the holiday %s', (text) => {
    expect(() => readHolidays(text)).toThrow(CalendarError);
  });

  it('may span the weekend and name days in capitals', () => {
    expect(readWorkingHours('Sat-Mon 08:00-09:00').map((periods) => periods.length)).toEqual([1, 1, 0, 0, 0, 0, 1]);
  });
});
