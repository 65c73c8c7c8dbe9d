import { expect, it } from 'vitest';
import { rankZ } from '#tests/load/attack/recovery.ts';

it('the rank test gives the z of a published example, also with ties', () => {
  // Mann-Whitney U = 5 of 7 and 7 values: z = (5 - 24.5) / sqrt(49 * 15 / 12).
  const one = [1, 2, 3, 4, 5, 6, 12];
  const other = [7, 8, 9, 10, 11, 13, 14];
  expect(rankZ(one, other)).toBeCloseTo(-2.4916, 3);
  expect(rankZ([1, 1, 2, 2], [1, 1, 2, 2])).toBeCloseTo(0, 10);
});

it('the rank test finds a shift of a tenth among a thousand values, and none where there is none', () => {
  const noise = (n: number, shift: number) =>
    Array.from({ length: n }, (_, at) => ((at * 7919) % 1_000) / 1_000 + shift);
  expect(Math.abs(rankZ(noise(1_000, 0.1), noise(1_000, 0)))).toBeGreaterThan(3.29);
  expect(Math.abs(rankZ(noise(1_000, 0), noise(1_000, 0)))).toBeLessThan(0.01);
});
