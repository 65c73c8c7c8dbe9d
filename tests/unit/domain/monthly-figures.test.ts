import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  addComplaint,
  type Distribution,
  type MonthFigures,
  medianOf,
  merge,
  monthOf,
  noFigures,
  periodOf,
  readDistribution,
  shownMonths,
  sumCounts,
  writeDistribution,
} from '#shared/domain/monthly-figures.ts';

const day = fc.date({ min: new Date('1970-01-01'), max: new Date('2900-01-01'), noInvalidDate: true });
const [EARLIER, NOW, LATER] = ['2026-11-25T12:00:00Z', '2026-11-26T12:00:00Z', '2026-11-27T12:00:00Z'];
const OPEN = { status: 'created' as const, overdueAt: null, resolvedAt: null, closedAt: null };
const SILENT = { secondsToAcknowledge: null, secondsToResolve: null, reopened: 0, ratingScore: null };

function take(figures: MonthFigures, complaint: Partial<Parameters<typeof addComplaint>[1]>): void {
  addComplaint(figures, { ...OPEN, ...SILENT, ...complaint }, new Date(NOW));
}

const TEN_YEARS = 315_000_000;

function distributionOf(values: readonly number[]): Distribution {
  return merge(values.map((value) => new Map([[value, 1]])));
}

it('shows twelve months without a gap, the current one first', async () => {
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

it('puts each moment into exactly one month', async () => {
  await fc.assert(
    fc.property(day, (moment) => {
      const { from, to } = periodOf(monthOf(moment));
      expect(moment >= from && moment < to).toBe(true);
    }),
  );
});

it('takes the middle value as median, the mean of two, or null', async () => {
  const median = (values: number[]) => medianOf(distributionOf(values));
  expect(median([])).toBeNull();
  expect(median([7])).toBe(7);
  expect(median([10, 2, 300])).toBe(10);
  expect(median([4, 1, 2, 100])).toBe(3);
  expect(median([5, 5, 5, 9])).toBe(5);
  await fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
      const middle = median(values) ?? 0;
      expect(values.filter((value) => value <= middle + 0.5).length * 2).toBeGreaterThanOrEqual(values.length);
      expect(values.filter((value) => value >= middle - 0.5).length * 2).toBeGreaterThanOrEqual(values.length);
    }),
  );
});

it('counts for a month how many were filed, acknowledged and resolved, and how fast', () => {
  const figures = noFigures();
  take(figures, {});
  take(figures, { secondsToAcknowledge: 10 });
  take(figures, { secondsToAcknowledge: 30, secondsToResolve: 90 });
  expect(figures).toMatchObject({ filed: 3, acknowledged: 2, resolved: 1 });
  expect([medianOf(figures.toAcknowledge), medianOf(figures.toResolve)]).toEqual([20, 90]);
});

it('counts how many complaints with a deadline ended in time, once that is decided', () => {
  const figures = noFigures();
  take(figures, {});
  take(figures, { overdueAt: LATER });
  take(figures, { overdueAt: EARLIER });
  take(figures, { status: 'resolved', overdueAt: NOW, resolvedAt: NOW });
  take(figures, { status: 'closed', overdueAt: EARLIER, resolvedAt: EARLIER, closedAt: NOW });
  take(figures, { status: 'rejected', overdueAt: EARLIER, closedAt: NOW });
  take(figures, { status: 'in_progress', overdueAt: LATER, closedAt: NOW });
  expect(figures).toMatchObject({ filed: 7, decided: 4, inTime: 2 });
});

it('counts reopened complaints and sums the scores of ratings', () => {
  const figures = noFigures();
  take(figures, { reopened: 2 });
  take(figures, { reopened: 1, ratingScore: 5 });
  take(figures, { ratingScore: 2 });
  expect(figures).toMatchObject({ reopened: 2, rated: 2, ratingSum: 7 });
  expect(sumCounts([figures, figures])).toMatchObject({ filed: 6, reopened: 4, ratingSum: 14 });
});

it('stores times exactly while there are few different ones', async () => {
  await fc.assert(
    fc.property(fc.array(fc.nat(TEN_YEARS), { maxLength: 2_000 }), (values) => {
      const distribution = distributionOf(values);
      expect(readDistribution(writeDistribution(distribution))).toEqual(distribution);
    }),
    { numRuns: 30 },
  );
});

it('stores many different times in a column, with a median that is at most half a per cent off', async () => {
  const many = fc.array(fc.nat(TEN_YEARS), { minLength: 5_000, maxLength: 6_000, size: 'max' });
  await fc.assert(
    fc.property(many, (values) => {
      const text = writeDistribution(distributionOf(values));
      expect(text.length).toBeLessThan(65_000);
      const [exact, kept] = [medianOf(distributionOf(values)) ?? 0, medianOf(readDistribution(text)) ?? 0];
      expect(Math.abs(kept - exact)).toBeLessThanOrEqual(Math.max(1, exact * 0.0051));
    }),
    { numRuns: 5 },
  );
});

it('ignores text that it did not write', () => {
  for (const text of [null, '', 'x', '1', '1:', ':1', '-1:2', '1:2:3', '{"1":2}']) {
    expect(readDistribution(text)).toEqual(new Map());
  }
  expect(readDistribution('60:2,x,75:1')).toEqual(
    new Map([
      [60, 2],
      [75, 1],
    ]),
  );
});
