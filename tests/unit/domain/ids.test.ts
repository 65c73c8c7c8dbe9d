import { expect, it } from 'vitest';
import { randomId } from '#shared/domain/ids.ts';

it('ids are 20 letters and digits, none twice, each character as often as any other', () => {
  const ids = Array.from({ length: 20_000 }, randomId);
  expect(ids.every((id) => /^[a-z0-9]{20}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  const counts = new Map<string, number>();
  for (const character of ids.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
  const usual = (20_000 * 20) / 36;
  // Eight standard deviations: a character that is favoured by a byte's remainder is a seventh more frequent.
  const leeway = 8 * Math.sqrt(usual);
  expect(counts.size).toBe(36);
  expect([...counts.values()].filter((count) => Math.abs(count - usual) > leeway)).toEqual([]);
});
