import ngeohash from 'ngeohash';
import { type Box, metresBetween, type Point } from './geometry.ts';

/** A geohash has 52 bits, about half a metre. It is stored in hexadecimal, which sorts alike in every collation. */
const BITS = 52;
const DIGITS = BITS / 4;

const toHex = (hash: number) => hash.toString(16).padStart(DIGITS, '0');

/** The cell of a place: 13 characters. Places whose cells share a prefix are near each other. */
export function cellOf({ latitude, longitude }: Point): string {
  return toHex(ngeohash.encode_int(latitude, longitude, BITS));
}

/** The cell of a complaint; null when it has no place. */
export function cellOfPlace(place: { latitude: number | null; longitude: number | null }): string | null {
  const { latitude, longitude } = place;
  return latitude === null || longitude === null ? null : cellOf({ latitude, longitude });
}

/** A range of cells, both ends included. */
export type CellRange = { from: string; to: string };

type Cell = { center: Point; reach: number; hash: number };

/** A box is widened by this many degrees against rounding errors. */
const SLACK = 1e-9;

function indices(from: number, to: number, { whole, bits }: { whole: number; bits: number }): number[] {
  const count = 2 ** bits;
  const index = (degrees: number) =>
    Math.min(count - 1, Math.max(0, Math.ceil(((degrees + whole / 2) / whole) * count) - 1));
  const [first, last] = [index(from - SLACK), index(to + SLACK)];
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

const centerOf = (index: number, whole: number, bits: number) => ((index + 0.5) / 2 ** bits - 0.5) * whole;

/** Estimates how many cells of `depth` bits a box touches. */
function countCells({ south, north, west, east }: Box, depth: number): number {
  const width = (east - west + (west > east ? 360 : 0)) / 360;
  const height = (north - south) / 180;
  return (width * 2 ** Math.ceil(depth / 2) + 1) * (height * 2 ** Math.floor(depth / 2) + 1);
}

function cellsOf({ south, north, west, east }: Box, depth: number): Cell[] {
  const meridians = { whole: 360, bits: Math.ceil(depth / 2) };
  const parallels = { whole: 180, bits: Math.floor(depth / 2) };
  const columns =
    west <= east
      ? indices(west, east, meridians)
      : [...new Set([...indices(west, 180, meridians), ...indices(-180, east, meridians)])];
  return indices(south, north, parallels).flatMap((row) =>
    columns.map((column) => {
      const latitude = centerOf(row, 180, parallels.bits);
      const longitude = centerOf(column, 360, meridians.bits);
      const corner = {
        latitude: latitude - 90 / 2 ** parallels.bits,
        longitude: longitude - 180 / 2 ** meridians.bits,
      };
      const other = { ...corner, latitude: latitude + 90 / 2 ** parallels.bits };
      const center = { latitude, longitude };
      const reach = Math.max(metresBetween(center, corner), metresBetween(center, other));
      return { center, reach, hash: ngeohash.encode_int(latitude, longitude, depth) };
    }),
  );
}

function rangesOf(cells: readonly Cell[], depth: number): CellRange[] {
  const scale = 2 ** (BITS - depth);
  const ranges: { from: number; to: number }[] = [];
  for (const hash of cells.map((cell) => cell.hash).sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last.to + 1 === hash * scale) last.to = (hash + 1) * scale - 1;
    else ranges.push({ from: hash * scale, to: (hash + 1) * scale - 1 });
  }
  return ranges.map(({ from, to }) => ({ from: toHex(from), to: toHex(to) }));
}

/** The area between two distances from a point, in metres; `box` contains it. */
export type Ring = { center: Point; inner: number; outer: number; box: Box };

/** At most `most` ranges of cells that together cover the ring or the box, with cells as small as that allows. */
export function cellRanges(area: Ring | { box: Box }, most: number): CellRange[] {
  const ring = 'center' in area ? area : undefined;
  const touches = ({ center, reach }: Cell) => {
    if (!ring) return true;
    const distance = metresBetween(ring.center, center);
    return distance + reach >= ring.inner && distance - reach <= ring.outer;
  };
  let best: CellRange[] = [{ from: toHex(0), to: toHex(2 ** BITS - 1) }];
  for (let depth = 1; depth <= BITS && countCells(area.box, depth) <= most * 12; depth += 1) {
    const ranges = rangesOf(cellsOf(area.box, depth).filter(touches), depth);
    if (ranges.length <= most) best = ranges;
  }
  return best;
}
