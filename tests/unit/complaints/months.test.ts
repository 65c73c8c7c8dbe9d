import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { median, monthOf, periodOf, shownMonths, tellMonth } from '#shared/services/complaints/months.ts';

const day = fc.date({ min: new Date('1970-01-01'), max: new Date('2900-01-01'), noInvalidDate: true });

it('shows twelve months that follow one another without a gap, the present one first', async () => {
  await fc.assert(
    fc.property(day, (now) => {
      const months = shownMonths(now);
      expect(months).toHaveLength(12);
      expect(months[0]).toBe(monthOf(now));
      for (const [index, month] of months.slice(1).entries()) {
        expect(periodOf(month).to).toEqual(periodOf(months[index] ?? '').from);
      }
    }),
  );
});

it('holds each moment in exactly the period of its month', async () => {
  await fc.assert(
    fc.property(day, (moment) => {
      const { from, to } = periodOf(monthOf(moment));
      expect(moment >= from && moment < to).toBe(true);
    }),
  );
});

it('takes the median as the middle, the mean of two, or nothing', async () => {
  expect(median([])).toBeNull();
  expect(median([7])).toBe(7);
  expect(median([10, 2, 300])).toBe(10);
  expect(median([4, 1, 2, 100])).toBe(3);
  await fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
      const middle = median(values) ?? 0;
      expect(values.filter((value) => value <= middle + 0.5).length * 2).toBeGreaterThanOrEqual(values.length);
      expect(values.filter((value) => value >= middle - 0.5).length * 2).toBeGreaterThanOrEqual(values.length);
    }),
  );
});

it('tells of a month how many were filed, acknowledged and resolved, and how fast', () => {
  const row = (acknowledge: number | null, resolve: number | null) => ({
    filedAt: '2026-11-01T00:00:00.000+00:00',
    secondsToAcknowledge: acknowledge,
    secondsToResolve: resolve,
  });
  expect(tellMonth('2026-11', [row(null, null), row(10, null), row(30, 90)])).toEqual({
    month: '2026-11',
    filed: 3,
    acknowledged: 2,
    resolved: 1,
    medianSecondsToAcknowledge: 20,
    medianSecondsToResolve: 90,
  });
});
