import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pieces } from '#shared/media/pieces.ts';

const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));

describe('a file in pieces', () => {
  it('equals the concatenation of its parts, for any division', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 100 }), fc.nat(300), fc.nat(300), (parts, start, end) => {
        const pieces = new Pieces(parts);
        const whole = Buffer.concat(parts);
        expect(Buffer.concat(pieces.parts).equals(whole)).toBe(true);
        expect(pieces.size).toBe(whole.length);
        expect(pieces.slice(start, end).equals(whole.subarray(start, end))).toBe(true);
      }),
    );
  });

  it('copies nothing for a few parts, and joins parts that are neighbours in memory', () => {
    const source = Buffer.alloc(1_000, 1);
    const head = Buffer.alloc(10, 2);
    const { parts } = new Pieces([head, source.subarray(100, 200), source.subarray(200, 900), source.subarray(950)]);
    expect(parts.map(({ length }) => length)).toEqual([10, 800, 50]);
    expect(parts.slice(1).every((part) => part.buffer === source.buffer)).toBe(true);
  });

  it('is copied into one part when it would be very many', () => {
    const source = Buffer.alloc(1_000, 1);
    const scattered = Array.from({ length: 100 }, (_, at) => source.subarray(at * 10, at * 10 + 5));
    expect(new Pieces(scattered).parts.map(({ length }) => length)).toEqual([500]);
  });
});
