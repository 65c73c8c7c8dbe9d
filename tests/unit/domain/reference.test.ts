import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { luhnDigit, numberOfReference, readReference, referenceOf, yearIn } from '#shared/domain/reference.ts';

const references = fc
  .tuple(fc.integer({ min: 2000, max: 2999 }), fc.integer({ min: 1, max: 99_999_999 }))
  .map(([year, number]) => referenceOf(year, number));
const isWrong = (typed: string) => readReference(typed)?.isRight !== true;

it('the check digit is that of the Luhn algorithm', () => {
  expect(luhnDigit('7992739871')).toBe('3');
  expect(referenceOf(2026, 4812)).toBe('2026-004812-7');
  expect(referenceOf(2026, 1_234_567)).toMatch(/^2026-1234567-\d$/);
});

it('a reference can be read back, and every wrong digit is noticed', () => {
  void fc.assert(
    fc.property(references, fc.nat(), fc.integer({ min: 1, max: 9 }), (reference, at, by) => {
      expect(readReference(reference)).toEqual({ reference, isRight: true });
      const places = [...reference].flatMap((letter, index) => (letter === '-' ? [] : [index]));
      const place = places[at % places.length] ?? 0;
      const wrong = (Number(reference[place]) + by) % 10;
      expect(isWrong(reference.slice(0, place) + wrong + reference.slice(place + 1))).toBe(true);
    }),
  );
});

it.each([
  '',
  '2026',
  '2026-4812-7',
  '2026-0004812-5',
  '1026-004812-7',
  '2026-004812',
  'AB26-004812-7',
  '2026/004812/7',
])('does not read %j as a reference', (typed) => {
  expect(readReference(typed)).toBeUndefined();
});

it('accepts spaces, other dashes and missing ones', () => {
  for (const typed of [
    '20260048127',
    ' 2026 – 004812 – 7 ',
    '2026−004812−7',
    '２０２６-004812-7',
    '٢٠٢٦-٠٠٤٨١٢-٧',
    '\u202a2026-004812-7\u202c\ufeff',
  ]) {
    expect(readReference(typed)).toEqual({ reference: '2026-004812-7', isRight: true });
  }
});

it('gives the number of a reference within its year', () => {
  expect(numberOfReference('2026-004812-7', 2026)).toBe(4812);
  expect(numberOfReference('2026-004812-7', 2027)).toBeUndefined();
});

it('the year is that of the time zone', () => {
  const newYear = new Date('2026-12-31T23:30:00Z');
  expect([yearIn('UTC', newYear), yearIn('Europe/Berlin', newYear)]).toEqual([2026, 2027]);
});
