import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { boxAround, metresBetween } from '#shared/domain/geometry.ts';

const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

/** The point that lies so many metres from a point in a direction; `bearing` is in radians. */
function travel({ latitude, longitude }: { latitude: number; longitude: number }, metres: number, bearing: number) {
  const angle = metres / 6_371_008.8;
  const [north, east] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  const arrived = Math.asin(Math.sin(north) * Math.cos(angle) + Math.cos(north) * Math.sin(angle) * Math.cos(bearing));
  const turned = Math.atan2(
    Math.sin(bearing) * Math.sin(angle) * Math.cos(north),
    Math.cos(angle) - Math.sin(north) * Math.sin(arrived),
  );
  const around = ((((east + turned) * 180) / Math.PI + 540) % 360) - 180;
  return { latitude: (arrived * 180) / Math.PI, longitude: around };
}

it('computes some known distances', () => {
  const berlin = { latitude: 52.52, longitude: 13.405 };
  expect(metresBetween(berlin, { latitude: 48.8566, longitude: 2.3522 })).toBeCloseTo(877_464, -3);
  expect(metresBetween(berlin, berlin)).toBe(0);
  expect(metresBetween({ latitude: 0, longitude: 179.9 }, { latitude: 0, longitude: -179.9 })).toBeCloseTo(22_239, -1);
  expect(metresBetween({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 })).toBeCloseTo(20_015_115, -1);
});

it('draws a box that contains the whole circle, anywhere on earth', async () => {
  const radius = fc.double({ min: 1, max: 1_000_000, noNaN: true });
  const bearing = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
  await fc.assert(
    fc.property(
      point,
      radius,
      bearing,
      fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      (center, metres, way, part) => {
        const { latitude, longitude } = travel(center, metres * part, way);
        const { south, north, west, east } = boxAround(center, metres);
        const slack = 1e-7;
        expect(latitude).toBeGreaterThanOrEqual(south - slack);
        expect(latitude).toBeLessThanOrEqual(north + slack);
        const between =
          west <= east
            ? longitude >= west - slack && longitude <= east + slack
            : longitude >= west - slack || longitude <= east + slack;
        expect(between).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});
