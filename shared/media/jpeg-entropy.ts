import { nextTurn } from '#shared/domain/clock.ts';
import { damaged } from './picture-error.ts';

/**
 * Walks the Huffman-coded data of a JPEG scan (ITU-T T.81, F and G) to find the end of its last block; viewers ignore
 * later bytes, which can hold anything. Computes no pixels. Treats faulty data as libjpeg and most viewers do: an
 * invalid code is symbol 0, missing bits are 0, a missing or misplaced restart marker skips the intervals in between.
 */

export type Component = {
  id: number;
  /** Sampling factors. */
  horizontal: number;
  vertical: number;
  quantisation: number;
  /** For each of the 64 coefficients, the lowest bit that the scans so far have carried; -1 for none. */
  precision: Int8Array;
  /**
   * Progressive only: which coefficients are known not to be zero, 64 bits per block. Refinement scans depend on it.
   */
  nonZero: { low: Int32Array; high: Int32Array } | undefined;
};
export type Frame = { width: number; height: number; progressive: boolean; components: readonly Component[] };

/** A scan codes coefficients `start` to `end` down to bit `low`; `high` is not 0 when it refines earlier scans. */
export type Scan = {
  components: readonly { component: Component; dc: HuffmanTable | undefined; ac: HuffmanTable | undefined }[];
  start: number;
  end: number;
  high: number;
  low: number;
  /** Units (MCUs) between two restart markers; 0 for none. */
  restartInterval: number;
};

/**
 * `stretches`: the coded bytes to keep, as [from, to), restart markers included.
 * `end`: where to look for the next marker.
 * `complete`: whether the last block was there. `faulty`: whether a code was invalid.
 */
export type Walked = { stretches: [from: number, to: number][]; end: number; complete: boolean; faulty: boolean };

type Part = {
  component: Component;
  dc: Uint16Array;
  ac: Uint16Array;
  /**
   * `columns` and `rows`: blocks across and down in a scan of this component alone. `stride`: blocks across with
   * padding.
   */
  columns: number;
  rows: number;
  stride: number;
};
type ReadBlock = (part: Part, block: number) => void;

/** Blocks between two turns for other requests: a few milliseconds at most. */
const BLOCKS_PER_TURN = 8_000;
const MAX_STRETCHES = 10_000;

/** A code table of a DHT segment. `bytes` are its class and number, 16 counts and the symbols. */
export class HuffmanTable {
  readonly bytes: Buffer;
  #lookup: Uint16Array | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /**
   * Maps each 16-bit prefix to `length << 8 | symbol`, or to 0 where no code matches. 128 KiB, built at the first use.
   */
  get lookup(): Uint16Array {
    this.#lookup ??= buildLookup(this.bytes.subarray(1, 17), this.bytes.subarray(17));
    return this.#lookup;
  }
}

function buildLookup(counts: Buffer, symbols: Buffer): Uint16Array {
  const lookup = new Uint16Array(65_536);
  let from = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    const length = index + 1;
    for (let code = 0; code < count; code++) {
      const to = from + 2 ** (16 - length);
      if (to > 65_536) throw damaged('the tables needed to decode it are broken');
      lookup.fill((length << 8) | (symbols[next] ?? 0), from, to);
      from = to;
      next += 1;
    }
  }
  return lookup;
}

const NO_CODES = new Uint16Array(0);

/** Walks the scan whose coded bytes begin at `from`. */
export async function walkScan(source: Buffer, from: number, frame: Frame, scan: Scan): Promise<Walked> {
  const bits = new Bits(source, from);
  const blocks = new Blocks(bits, scan);
  const widest = Math.max(...frame.components.map(({ horizontal }) => horizontal));
  const tallest = Math.max(...frame.components.map(({ vertical }) => vertical));
  const unitColumns = Math.ceil(frame.width / (8 * widest));
  const unitRows = Math.ceil(frame.height / (8 * tallest));
  const parts = scan.components.map(({ component, dc, ac }): Part => {
    const { horizontal, vertical } = component;
    const stride = unitColumns * horizontal;
    if (frame.progressive) component.nonZero ??= allZero(stride * unitRows * vertical);
    const columns = Math.ceil(Math.ceil((frame.width * horizontal) / widest) / 8);
    const rows = Math.ceil(Math.ceil((frame.height * vertical) / tallest) / 8);
    return { component, dc: dc?.lookup ?? NO_CODES, ac: ac?.lookup ?? NO_CODES, columns, rows, stride };
  });
  const [only, second] = parts;
  const single = second === undefined ? only : undefined;
  const columns = single?.columns ?? unitColumns;
  const units = columns * (single?.rows ?? unitRows);
  const blocksPerUnit = single
    ? 1
    : parts.reduce((sum, { component: { horizontal, vertical } }) => sum + horizontal * vertical, 0);
  const read = blocks.reader(frame.progressive);
  const stretches: [number, number][] = [];
  let missing = false;
  let turn = 0;
  for (let unit = 0; unit < units; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      append(stretches, bits.endStretch());
      blocks.restart();
      missing = !bits.passRestart((unit / scan.restartInterval - 1) % 8);
    }
    if (!missing) {
      const [row, column] = [Math.floor(unit / columns), unit % columns];
      if (single) read(single, row * single.stride + column);
      else for (const part of parts) readUnit(read, part, row, column);
      missing = bits.exhausted;
    } else if (scan.restartInterval === 0) {
      break;
    }
    turn += blocksPerUnit;
    if (turn >= BLOCKS_PER_TURN) {
      turn = 0;
      await nextTurn();
    }
  }
  append(stretches, bits.endStretch());
  return { stretches, end: bits.at, complete: !missing, faulty: bits.faulty };
}

/** Joins adjacent stretches, so that there are many only when other bytes are in between. */
function append(stretches: [number, number][], [from, to]: [number, number]): void {
  const last = stretches.at(-1);
  if (last?.[1] === from) last[1] = to;
  else stretches.push([from, to]);
  if (stretches.length > MAX_STRETCHES) throw damaged('it is made of far too many parts');
}

function readUnit(read: ReadBlock, part: Part, row: number, column: number): void {
  const { horizontal, vertical } = part.component;
  for (let y = row * vertical; y < (row + 1) * vertical; y++) {
    for (let x = column * horizontal; x < (column + 1) * horizontal; x++) read(part, y * part.stride + x);
  }
}

/** Reads single blocks, by the kind of scan. */
class Blocks {
  readonly #bits: Bits;
  readonly #scan: Scan;
  /** The number of further blocks that have no coefficients in this scan. */
  #empty = 0;

  constructor(bits: Bits, scan: Scan) {
    this.#bits = bits;
    this.#scan = scan;
  }

  reader(progressive: boolean): ReadBlock {
    const { start, high } = this.#scan;
    if (!progressive) return this.#sequential;
    if (start === 0) return high === 0 ? this.#firstDc : this.#refinedDc;
    return high === 0 ? this.#firstAc : this.#refinedAc;
  }

  restart(): void {
    this.#empty = 0;
  }

  #sequential: ReadBlock = ({ dc, ac }) => {
    const bits = this.#bits;
    bits.skip(bits.symbol(dc) & 15);
    for (let at = 1; at < 64; ) {
      const symbol = bits.symbol(ac);
      const size = symbol & 15;
      if (size === 0 && symbol !== 0xf0) return;
      at += (symbol >> 4) + 1;
      bits.skip(size);
    }
  };

  #firstDc: ReadBlock = ({ dc }) => {
    this.#bits.skip(this.#bits.symbol(dc) & 15);
  };

  #refinedDc: ReadBlock = () => {
    this.#bits.skip(1);
  };

  #firstAc: ReadBlock = ({ ac, component }, block) => {
    if (this.#empty > 0) {
      this.#empty -= 1;
      return;
    }
    const bits = this.#bits;
    for (let at = this.#scan.start; at <= this.#scan.end; at++) {
      const symbol = bits.symbol(ac);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && run < 15) {
        this.#empty = (1 << run) - 1 + bits.take(run);
        return;
      }
      at += run;
      if (size > 0) {
        bits.skip(size);
        markNonZero(component, block, at);
      }
    }
  };

  #refinedAc: ReadBlock = ({ ac, component }, block) => {
    const bits = this.#bits;
    const { start, end } = this.#scan;
    let at = start;
    while (this.#empty === 0 && at <= end) {
      const symbol = bits.symbol(ac);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && run < 15) {
        this.#empty = (1 << run) + bits.take(run);
        break;
      }
      if (size > 0) bits.skip(1);
      // Skips `run` coefficients that are zero. Each nonzero one in between has a correction bit.
      for (let left = run; at <= end; at++) {
        if (countNonZero(component, block, at, at) > 0) bits.skip(1);
        else if (left === 0) break;
        else left -= 1;
      }
      if (size > 0) markNonZero(component, block, at);
      at += 1;
    }
    if (this.#empty > 0) {
      this.#empty -= 1;
      if (at <= end) bits.skip(countNonZero(component, block, at, end));
    }
  };
}

function allZero(blocks: number) {
  return { low: new Int32Array(blocks), high: new Int32Array(blocks) };
}

/** Faulty data can run past the last coefficient; libjpeg then uses number 63. */
function markNonZero({ nonZero }: Component, block: number, at: number): void {
  if (!nonZero) return;
  const { low, high } = nonZero;
  if (at < 32) low[block] = (low[block] ?? 0) | (1 << at);
  else high[block] = (high[block] ?? 0) | (1 << (Math.min(at, 63) - 32));
}

/** How many of the coefficients `from` to `to`, both included, are known not to be zero. */
function countNonZero({ nonZero }: Component, block: number, from: number, to: number): number {
  const low = from < 32 ? (nonZero?.low[block] ?? 0) & bitsBetween(from, Math.min(to, 31)) : 0;
  const high = to >= 32 ? (nonZero?.high[block] ?? 0) & bitsBetween(Math.max(from, 32) - 32, to - 32) : 0;
  return ones(low) + ones(high);
}

function bitsBetween(from: number, to: number): number {
  return (-1 << from) & (-1 >>> (31 - to));
}

function ones(word: number): number {
  let left = word;
  let count = 0;
  for (; left !== 0; count++) left &= left - 1;
  return count;
}

/** Reads bits up to the next marker, and zeros after it. */
class Bits {
  readonly #source: Buffer;
  /** Where the current stretch of coded bytes began. */
  #from: number;
  #at: number;
  /**
   * `#value` holds up to 24 bits that were read but not used, in its low end: `#count` bits, of which the last
   * `#filled` are zeros from beyond the end.
   */
  #value = 0;
  #count = 0;
  #filled = 0;
  faulty = false;

  constructor(source: Buffer, from: number) {
    this.#source = source;
    this.#from = from;
    this.#at = from;
  }

  get at(): number {
    return this.#at;
  }

  /** Whether bits beyond the end were used. */
  get exhausted(): boolean {
    return this.#filled > this.#count;
  }

  symbol(table: Uint16Array): number {
    if (this.#count < 16) this.#need(16);
    const entry = table[(this.#value >>> (this.#count - 16)) & 0xffff] ?? 0;
    if (entry === 0) return this.#invalid();
    this.#count -= entry >> 8;
    return entry & 0xff;
  }

  /** Skips 17 bits: libjpeg has read that many when it finds that no such code exists. */
  #invalid(): number {
    this.faulty = true;
    this.skip(17);
    return 0;
  }

  skip(bits: number): void {
    let left = bits;
    for (; left > 16; left -= 16) this.take(16);
    this.take(left);
  }

  /** Reads up to 16 bits as a number. */
  take(bits: number): number {
    if (this.#count < bits) this.#need(bits);
    this.#count -= bits;
    return (this.#value >>> this.#count) & ((1 << bits) - 1);
  }

  #need(bits: number): void {
    const source = this.#source;
    for (; this.#count < bits; this.#count += 8) {
      const byte = this.#filled > 0 ? undefined : source[this.#at];
      if (byte !== undefined && byte !== 0xff) {
        this.#value = (this.#value << 8) | byte;
        this.#at += 1;
      } else {
        this.#value = (this.#value << 8) | this.#markedByte(byte);
      }
    }
  }

  /** 0xFF is coded as 0xFF 0x00; libjpeg also accepts more 0xFF before the 0x00. Anything else ends the data. */
  #markedByte(byte: number | undefined): number {
    let next = this.#at + 1;
    while (byte !== undefined && this.#source[next] === 0xff) next += 1;
    if (byte !== undefined && this.#source[next] === 0) {
      this.#at = next + 1;
      return 0xff;
    }
    this.#filled += 8;
    return 0;
  }

  /** Ends the current stretch of coded bytes, without bytes that were only read ahead. */
  endStretch(): [from: number, to: number] {
    const unused = Math.floor((this.#count - Math.min(this.#filled, this.#count)) / 8);
    let to = this.#at;
    for (let byte = 0; byte < unused; byte++) to = this.#startOfByteBefore(to);
    const stretch: [number, number] = [this.#from, to];
    this.#from = to;
    this.#at = to;
    this.#value = 0;
    this.#count = 0;
    this.#filled = 0;
    return stretch;
  }

  #startOfByteBefore(end: number): number {
    let start = end - 1;
    if (this.#source[start] === 0) while (start > this.#from && this.#source[start - 1] === 0xff) start -= 1;
    return start;
  }

  /**
   * Continues after the restart marker of this number (0 to 7); keeps the marker and drops bytes before it. False when
   * it is missing: the next interval then has no data. The rules are those of jpeg_resync_to_restart in libjpeg.
   */
  passRestart(expected: number): boolean {
    for (let at = findMarker(this.#source, this.#at); at !== undefined; at = findMarker(this.#source, at + 2)) {
      this.#from = at;
      this.#at = at;
      const marker = this.#source[at + 1] ?? 0;
      if (marker < 0xc0) continue;
      if (!isRestart(marker)) return false;
      const ahead = (marker - 0xd0 - expected + 8) % 8;
      if (ahead === 1 || ahead === 2) return false;
      if (ahead === 6 || ahead === 7) continue;
      this.#at = at + 2;
      return true;
    }
    this.#at = this.#source.length;
    this.#from = this.#at;
    return false;
  }
}

export function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** The offset of the next marker. Skips other bytes and fill bytes, as decoders do. */
export function findMarker(source: Buffer, from: number): number | undefined {
  for (let at = next0xff(source, from); at !== -1 && at + 1 < source.length; at = next0xff(source, at + 1)) {
    const marker = source[at + 1];
    if (marker !== 0 && marker !== 0xff) return at;
  }
  return undefined;
}

/**
 * Checks 16 bytes in a loop first: a native search is fast over long stretches but slow to call, as in a file full of
 * 0xFF.
 */
function next0xff(source: Buffer, from: number): number {
  const near = Math.min(from + 16, source.length);
  for (let at = from; at < near; at++) if (source[at] === 0xff) return at;
  return source.indexOf(0xff, near);
}
