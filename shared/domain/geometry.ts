export type Point = { latitude: number; longitude: number };
/** In degrees. `west` is greater than `east` if the box crosses the date line. */
export type Box = { south: number; north: number; west: number; east: number };

const EARTH_RADIUS = 6_371_008.8;
const radians = (degrees: number) => (degrees * Math.PI) / 180;
const degrees = (angle: number) => (angle * 180) / Math.PI;

/** The great-circle distance in metres (haversine, mean earth radius). */
export function metresBetween(a: Point, b: Point): number {
  const latitude = Math.sin(radians(b.latitude - a.latitude) / 2);
  const longitude = Math.sin(radians(b.longitude - a.longitude) / 2);
  const h = latitude ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * longitude ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Whether a place is in a box, edges included. */
export function isInBox({ latitude, longitude }: Point, { south, north, west, east }: Box): boolean {
  const between = west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
  return between && latitude >= south && latitude <= north;
}

/** The smallest box that contains every point within `radius` metres. */
export function boxAround({ latitude, longitude }: Point, radius: number): Box {
  const angle = radius / EARTH_RADIUS;
  const south = latitude - degrees(angle);
  const north = latitude + degrees(angle);
  const sine = Math.sin(angle) / Math.cos(radians(latitude));
  // A circle around a pole crosses every meridian.
  if (south <= -90 || north >= 90 || sine >= 1 || angle >= Math.PI / 2) {
    return { south: Math.max(south, -90), north: Math.min(north, 90), west: -180, east: 180 };
  }
  const width = degrees(Math.asin(sine));
  const turn = (value: number) => (value < -180 ? value + 360 : value > 180 ? value - 360 : value);
  return { south, north, west: turn(longitude - width), east: turn(longitude + width) };
}
