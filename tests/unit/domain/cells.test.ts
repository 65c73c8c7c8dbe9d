import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CellRange, cellOf, cellRanges } from '#shared/domain/cells.ts';
import { boxAround, metresBetween } from '#shared/domain/geometry.ts';

const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const radius = fc.double({ min: 1, max: 1_000_000, noNaN: true });

const holds = (ranges: readonly CellRange[], cell: string) => ranges.some(({ from, to }) => from <= cell && cell <= to);

/** A place in the box around a circle, which may cross the date line; `down` and `along` are shares of the box. */
function placeIn(center: { latitude: number; longitude: number }, metres: number, [down, along]: [number, number]) {
  const { south, north, west, east } = boxAround(center, metres);
  const longitude = west + along * (east - west + (west > east ? 360 : 0));
  return { latitude: south + down * (north - south), longitude: longitude > 180 ? longitude - 360 : longitude };
}

it('a cell is 13 hexadecimal digits, and neighbours have the same beginning', () => {
  expect(cellOf({ latitude: 90, longitude: 180 })).toBe('f'.repeat(13));
  expect(cellOf({ latitude: -90, longitude: -180 })).toBe('0'.repeat(13));
  const berlin = cellOf({ latitude: 52.52, longitude: 13.405 });
  expect(cellOf({ latitude: 52.5201, longitude: 13.4051 }).slice(0, 8)).toBe(berlin.slice(0, 8));
});

it('few ranges contain every place between two distances, anywhere on earth, poles and date line included', async () => {
  await fc.assert(
    fc.property(
      point,
      radius,
      share,
      fc.tuple(share, share),
      fc.constantFrom(9, 36),
      (center, outer, part, at, most) => {
        const inner = outer * part;
        const ranges = cellRanges({ center, inner, outer, box: boxAround(center, outer) }, most);
        expect(ranges.length).toBeLessThanOrEqual(most);
        const place = placeIn(center, outer, at);
        const distance = metresBetween(center, place);
        if (distance >= inner && distance <= outer) expect(holds(ranges, cellOf(place))).toBe(true);
      },
    ),
    { numRuns: 1_000 },
  );
});

it('nine ranges cover little more than the circle', () => {
  const center = { latitude: 52.52, longitude: 13.405 };
  for (const metres of [50, 300, 2_000, 20_000]) {
    const ranges = cellRanges({ center, inner: 0, outer: metres, box: boxAround(center, metres) }, 9);
    const wide = 3 * metres;
    let inside = 0;
    let held = 0;
    for (let step = 0; step < 10_000; step += 1) {
      const place = placeIn(center, wide, [(step % 100) / 100, Math.floor(step / 100) / 100]);
      if (metresBetween(center, place) <= metres) inside += 1;
      if (holds(ranges, cellOf(place))) held += 1;
    }
    expect(held / inside).toBeLessThan(4);
  }
});
