import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { COMPLAINT_ID_PATTERN, complaintIdAt, randomId, sortKey, timeKey, timeOfKey } from '#shared/domain/ids.ts';

it('ids are 20 letters and digits, unique, and use each character equally often', () => {
  const ids = Array.from({ length: 20_000 }, randomId);
  expect(ids.every((id) => /^[a-z0-9]{20}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  const counts = new Map<string, number>();
  for (const character of ids.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
  const usual = (20_000 * 20) / 36;
  // Eight standard deviations. Taking a random byte modulo 36 would make some characters a seventh more frequent.
  const leeway = 8 * Math.sqrt(usual);
  expect(counts.size).toBe(36);
  expect([...counts.values()].filter((count) => Math.abs(count - usual) > leeway)).toEqual([]);
});

const time = fc.date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true });

it('ids of complaints begin with their time and sort by it, as do the keys of other times', async () => {
  await fc.assert(
    fc.property(time, time, (one, other) => {
      const [a, b] = [complaintIdAt(one), complaintIdAt(other)];
      expect(a).toMatch(COMPLAINT_ID_PATTERN);
      expect(timeOfKey(a)).toEqual(one);
      if (one < other) {
        expect(a < b).toBe(true);
        expect(a < timeKey(other)).toBe(true);
        expect(sortKey(one, b) < sortKey(other, a)).toBe(true);
      }
      expect(timeKey(one) <= a).toBe(true);
      expect(sortKey(one, a) < sortKey(null, b)).toBe(true);
      // With the same time, or without one, keys sort by filing.
      if (one < other) {
        expect(sortKey(other, a) < sortKey(other, b)).toBe(true);
        expect(sortKey(null, a) < sortKey(null, b)).toBe(true);
      }
      expect(sortKey(one, a)).toHaveLength(29);
    }),
  );
  expect(timeKey(new Date('1900-01-01'))).toBe(timeKey(new Date(0)));
  expect(complaintIdAt(new Date(0))).not.toBe(complaintIdAt(new Date(0)));
});
