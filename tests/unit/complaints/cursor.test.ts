import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { SORTS } from '#shared/domain/complaint.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { decodeCursor, encodeCursor } from '#shared/services/complaints/cursor.ts';

const place = fc.record({
  position: fc.record({
    time: fc
      .date({ min: new Date('1970-01-01'), max: new Date('2900-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().replace('Z', '+00:00')),
    sequence: fc.oneof(
      fc.nat().map(String),
      fc.uuid({ version: 7 }),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 24, maxLength: 24 }),
    ),
  }),
  seen: fc.nat(),
});

it('gives back where a page ended, for the order it was read in only', async () => {
  await fc.assert(
    fc.property(place, fc.constantFrom(...SORTS), fc.constantFrom(...SORTS), (end, sort, other) => {
      const cursor = encodeCursor(sort, end);
      expect(cursor).toMatch(/^[\w-]{1,300}$/);
      expect(decodeCursor(cursor, sort)).toEqual(end);
      if (other !== sort) expect(() => decodeCursor(cursor, other)).toThrow(Refusal);
    }),
  );
});

it('refuses everything that it has not given out, as a bad value and nothing worse', async () => {
  await fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => Buffer.from(json).toString('base64url')),
      ),
      (text) => {
        expect(() => decodeCursor(text, '-createdAt')).toThrow(Refusal);
      },
    ),
    { numRuns: 2_000 },
  );
});
