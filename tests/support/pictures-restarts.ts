import { jpegSegment } from './pictures-parts.ts';
import type { Random } from './seeded-random.ts';

/** A grey baseline JPEG with restart markers, which sharp cannot write. */
export type Restarted = {
  columns: number;
  rows: number;
  /** The coded bytes of each interval. */
  intervals: Buffer[];
  /** The number of blocks in an interval. */
  interval: number;
};

/** A code, its length in bits, and the number of bits after it. */
type Difference = readonly [bits: number, length: number, size: number];
type Code = readonly [bits: number, length: number];

/**
 * Codes of the standard's luminance tables: differences of no, one and two bits, the end of a block, and a long one.
 */
const DIFFERENCES: readonly [Difference, ...Difference[]] = [
  [0b00, 2, 0],
  [0b010, 3, 1],
  [0b011, 3, 2],
];
const END_OF_BLOCK: Code = [0b1010, 4];
const ONE_BIT: Code = [0b00, 2];
/** Fifteen ones and a zero, with ten more bits: a value after fifteen zeros. It causes many bytes 0xFF. */
const LONGEST: Code = [0xfffe, 16];

/** Blocks of random content, `interval` of them in each interval. */
export function restartedPicture(random: Random, { columns = 5, rows = 4, interval = 3 } = {}): Restarted {
  const blocks = columns * rows;
  const intervals: Buffer[] = [];
  for (let from = 0; from < blocks; from += interval) {
    const codes: Code[] = [];
    for (let block = from; block < Math.min(blocks, from + interval); block++) codes.push(...randomBlock(random));
    intervals.push(toBytes(codes));
  }
  return { columns, rows, intervals, interval };
}

/** The file with these bytes as its scan; by default with regular restart markers. */
export function restartedFile(picture: Restarted, coded = withMarkers(picture.intervals)): Buffer {
  const { columns, rows, interval } = picture;
  const [down, across] = [8 * rows, 8 * columns];
  const frame = Buffer.from([8, down >> 8, down & 255, across >> 8, across & 255, 1, 1, 0x11, 0]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 9)])),
    jpegSegment(0xc0, frame),
    jpegSegment(0xdd, Buffer.from([interval >> 8, interval & 0xff])),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    coded,
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** The intervals with restart markers in between. `number` gives a marker's number, also a wrong one on purpose. */
export function withMarkers(intervals: readonly Buffer[], number = (index: number) => index % 8): Buffer {
  const parts = intervals.map((bytes, index) =>
    index === 0 ? bytes : Buffer.concat([Buffer.from([0xff, 0xd0 + number(index - 1)]), bytes]),
  );
  return Buffer.concat(parts);
}

function randomBlock(random: Random): Code[] {
  const [bits, length, size] = random.pick(DIFFERENCES);
  const codes: Code[] = [[bits, length]];
  if (size > 0) codes.push([random.below(2 ** size), size]);
  if (random.chance(0.4)) codes.push(ONE_BIT, [random.below(2), 1]);
  if (random.chance(0.4)) codes.push(LONGEST, [random.chance(0.5) ? 0x3ff : random.below(1_024), 10]);
  return [...codes, END_OF_BLOCK];
}

/** The codes as bytes: padded with ones, and with a zero after each byte 0xFF. */
function toBytes(codes: readonly Code[]): Buffer {
  const bits = codes.map(([value, length]) => value.toString(2).padStart(length, '0')).join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  const values = bytes.map((byte) => Number.parseInt(byte.padEnd(8, '1'), 2));
  return Buffer.from(values.flatMap((value) => (value === 0xff ? [0xff, 0] : [value])));
}
