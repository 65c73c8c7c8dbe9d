import { promisify } from 'node:util';
import { constants, crc32, createInflateRaw, deflate, inflate } from 'node:zlib';
import { withoutTexts } from './icc-profile.ts';
import { asDisplayed, type Dimensions, type Orientation, orientationBlock, readOrientation } from './orientation.ts';
import { damaged, truncated, unsupportedKind } from './picture-error.ts';
import { checkPixels } from './picture-limits.ts';
import { Pieces } from './pieces.ts';

/** `raw` is the whole chunk, its length and checksum included. */
type Chunk = { type: string; data: Buffer; raw: Buffer };
type Header = Dimensions & { depth: number; colour: number; interlaced: boolean };

type Reading = {
  header: Header;
  orientation: Orientation;
  /** Entries of the palette. */
  colours: number;
  seen: Set<string>;
  previous: string;
  beforePixels: Buffer[];
  pixels: Chunk[];
};

const SIGNATURE_BYTES = 8;
const HEADER_CHUNK_BYTES = 25;
const MAX_CHUNKS = 10_000;
const MAX_PROFILE_BYTES = 2 * 1024 * 1024;
const ZLIB_HEAD_BYTES = 2;
const ADLER_BYTES = 4;
const PROFILE_HEAD = Buffer.from('ICC\0\0', 'latin1');

const GREY = 0;
const INDEXED = 3;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
/** Lengths of the chunks that decide how pixels look; they hold numbers only. */
const LENGTHS: Readonly<Record<string, number>> = { cHRM: 32, cICP: 4, cLLI: 8, gAMA: 4, mDCV: 24, pHYs: 9, sRGB: 1 };
const SIGNIFICANT_BITS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };
/** Where the seven passes of an interlaced picture begin, and their steps: [x, y, across, down]. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Rebuilds a PNG from the chunks that a decoder needs, without bytes after the compressed pixels. Expects the bytes to
 * start as a PNG does. Throws PictureError, and RangeError for a file that is cut within a chunk.
 */
export async function cleanPng(source: Buffer): Promise<Dimensions & { content: Pieces; orientation: Orientation }> {
  const reading = await readChunks(source);
  const { header, orientation, beforePixels, colours } = reading;
  if (header.colour === INDEXED && colours === 0) throw damaged('its list of colours is missing');
  const pixels = await exactPixels(reading);
  const turned = orientation === 1 ? [] : [makeChunk('eXIf', orientationBlock(orientation))];
  const signature = source.subarray(0, SIGNATURE_BYTES);
  const end = makeChunk('IEND', Buffer.alloc(0));
  const content = new Pieces([signature, ...beforePixels, ...turned, ...pixels, end]);
  return { ...asDisplayed(header, orientation), orientation, content };
}

/**
 * Reads chunks up to IEND; without it, up to the first incomplete chunk after pixels. `exactPixels` checks whether the
 * pixels are complete.
 */
async function readChunks(source: Buffer): Promise<Reading> {
  const first = chunkAt(source, SIGNATURE_BYTES);
  if (!first) throw source.length < SIGNATURE_BYTES + HEADER_CHUNK_BYTES ? truncated() : unreadableChunk();
  const reading = begin(first);
  let at = SIGNATURE_BYTES + first.raw.length;
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const chunk = chunkAt(source, at);
    if (chunk?.type === 'IEND') return reading;
    if (!chunk) {
      if (reading.pixels.length > 0) return reading;
      throw at + 8 >= source.length || hasName(source, at) ? truncated() : unreadableChunk();
    }
    await readChunk(reading, chunk);
    reading.seen.add(chunk.type);
    reading.previous = chunk.type;
    at += chunk.raw.length;
  }
  throw damaged('it is made of far too many parts');
}

/** The chunk that begins at `at`; undefined when no complete one does. */
function chunkAt(source: Buffer, at: number): Chunk | undefined {
  if (at + 12 > source.length || !hasName(source, at)) return undefined;
  const end = at + 12 + source.readUInt32BE(at);
  if (end > source.length) return undefined;
  const type = source.toString('latin1', at + 4, at + 8);
  return { type, data: source.subarray(at + 8, end - 4), raw: source.subarray(at, end) };
}

function hasName(source: Buffer, at: number): boolean {
  return /^[A-Za-z]{4}$/.test(source.toString('latin1', at + 4, at + 8));
}

function isIntact({ raw }: Chunk): boolean {
  return crc32(raw.subarray(4, -4)) === raw.readUInt32BE(raw.length - 4);
}

function unreadableChunk() {
  return damaged('a part of it cannot be made out');
}

function makeChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  chunk.writeUInt32BE(data.length);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, chunk.length - 4)), chunk.length - 4);
  return chunk;
}

function begin(chunk: Chunk): Reading {
  if (chunk.type === 'CgBI') throw unsupportedKind("a PNG in Apple's private form");
  if (chunk.type !== 'IHDR' || !isIntact(chunk)) throw damaged('its header cannot be made out');
  return {
    header: readHeader(chunk.data),
    orientation: 1,
    colours: 0,
    seen: new Set(),
    previous: '',
    beforePixels: [chunk.raw],
    pixels: [],
  };
}

function readHeader(data: Buffer): Header {
  if (data.length !== 13) throw damaged('its header contradicts itself');
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = data.subarray(8);
  const possible = compression === 0 && filter === 0 && interlace <= 1 && DEPTHS[colour]?.includes(depth);
  if (!possible) throw damaged('its header contradicts itself');
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  checkPixels(width, height);
  return { width, height, depth, colour, interlaced: interlace === 1 };
}

async function readChunk(reading: Reading, chunk: Chunk): Promise<void> {
  const { type, data } = chunk;
  if (type.charAt(0) < 'a') {
    readCritical(reading, chunk);
  } else if (type === 'acTL') {
    refuseAnimation(reading, chunk);
  } else if (type === 'eXIf') {
    // Browsers use it only before the pixels.
    const isUsed = !reading.seen.has('eXIf') && !reading.seen.has('IDAT') && isIntact(chunk);
    if (isUsed) reading.orientation = readOrientation(data);
  } else {
    const kept = await keptChunk(reading, chunk);
    if (kept) reading.beforePixels.push(kept);
  }
}

function readCritical(reading: Reading, chunk: Chunk): void {
  const { header, seen, previous } = reading;
  const { type, data } = chunk;
  if (!isIntact(chunk)) throw damaged('its checksums do not match its content');
  if (type === 'IDAT') {
    if (seen.has('IDAT') && previous !== 'IDAT') throw damaged('its pixels are interrupted');
    reading.pixels.push(chunk);
  } else if (type === 'PLTE') {
    if (seen.has('PLTE') || seen.has('IDAT')) throw damaged('its list of colours stands in the wrong place');
    checkPalette(header, data);
    reading.colours = data.length / 3;
    // In other pictures it is only a suggestion for screens with few colours, and could hold 768 arbitrary bytes.
    if (header.colour === INDEXED) reading.beforePixels.push(chunk.raw);
  } else {
    throw damaged('it holds parts that no PNG has, or has them twice');
  }
}

function checkPalette({ colour, depth }: Header, palette: Buffer): void {
  const entries = palette.length / 3;
  const limit = colour === INDEXED ? 2 ** depth : 256;
  if (!Number.isInteger(entries) || entries < 1 || entries > limit) throw damaged('its list of colours is broken');
  if (colour === GREY || colour === 4) throw damaged('its header contradicts itself');
}

/** Refuses animations: the first frame alone would be different evidence than was sent. */
function refuseAnimation({ seen }: Reading, chunk: Chunk): void {
  const ignoredByViewers = seen.has('IDAT') || chunk.data.length !== 8 || !isIntact(chunk);
  if (!ignoredByViewers && chunk.data.readUInt32BE(0) > 1) throw unsupportedKind('an animated PNG');
}

/** The chunk as it may be stored; undefined for everything that does not change how the picture looks. */
async function keptChunk({ header, colours, seen }: Reading, chunk: Chunk): Promise<Buffer | undefined> {
  const { type, data } = chunk;
  if (seen.has('IDAT') || seen.has(type)) return undefined;
  if (type === 'tRNS') return transparency(header, colours, chunk);
  if (seen.has('PLTE') && type !== 'pHYs') return undefined;
  if (type === 'iCCP') return isIntact(chunk) ? profileChunk(data) : undefined;
  const length = type === 'sBIT' ? SIGNIFICANT_BITS[header.colour] : LENGTHS[type];
  return data.length === length && isIntact(chunk) ? chunk.raw : undefined;
}

function transparency({ colour }: Header, colours: number, chunk: Chunk): Buffer | undefined {
  const { length } = chunk.data;
  if (colour > INDEXED) return undefined;
  const fits = colour === INDEXED ? length >= 1 && length <= colours : length === (colour === GREY ? 2 : 6);
  if (!fits || !isIntact(chunk)) throw damaged('its transparency cannot be made out');
  return chunk.raw;
}

/**
 * Writes the chunk with a neutral name, since the name is free text, and compresses the profile again, since common
 * tools leave out the checksum at its end.
 */
async function profileChunk(data: Buffer): Promise<Buffer | undefined> {
  const name = data.subarray(0, 80).indexOf(0);
  if (name === -1 || data[name + 1] !== 0) return undefined;
  const options = { maxOutputLength: MAX_PROFILE_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
  const inflated = await promisify(inflate)(data.subarray(name + 2), options).catch(() => undefined);
  const profile = inflated && withoutTexts(inflated);
  return profile && makeChunk('iCCP', Buffer.concat([PROFILE_HEAD, await promisify(deflate)(profile)]));
}

/** Bytes of the pixels before compression, with the filter byte of each row. */
function rawBytes({ width, height, depth, colour, interlaced }: Header): number {
  const bits = depth * (CHANNELS[colour] ?? 1);
  const rows = (columns: number, lines: number) => (columns === 0 ? 0 : lines * (1 + Math.ceil((columns * bits) / 8)));
  if (!interlaced) return rows(width, height);
  return PASSES.reduce((sum, [x, y, across, down]) => {
    return sum + rows(Math.ceil((width - x) / across), Math.max(0, Math.ceil((height - y) / down)));
  }, 0);
}

/**
 * The IDAT chunks up to the end of the compressed data; throws when it holds more or fewer pixels than the header says.
 */
async function exactPixels({ header, pixels }: Reading): Promise<Buffer[]> {
  const [only] = pixels;
  const zlib = only && pixels.length === 1 ? only.data : Buffer.concat(pixels.map(({ data }) => data));
  if (zlib.length < ZLIB_HEAD_BYTES) throw truncated();
  const isZlib = (zlib.readUInt8(0) & 15) === 8 && zlib.readUInt16BE(0) % 31 === 0;
  if (!isZlib) throw damaged('its pixels cannot be made out');
  const deflated = await deflatedBytes(zlib.subarray(ZLIB_HEAD_BYTES), rawBytes(header));
  let left = ZLIB_HEAD_BYTES + deflated + ADLER_BYTES;
  const kept: Buffer[] = [];
  for (const { data, raw } of pixels) {
    const part = data.subarray(0, Math.max(0, left));
    left -= data.length;
    if (part.length > 0) kept.push(part.length === data.length ? raw : makeChunk('IDAT', part));
  }
  return kept;
}

/**
 * The length of the deflate stream at the start of `bytes`; throws unless it holds `expected` bytes of content.
 * Discards the content. Node inflates in its own threads.
 */
async function deflatedBytes(bytes: Buffer, expected: number): Promise<number> {
  const stream = createInflateRaw({ chunkSize: 65_536, finishFlush: constants.Z_SYNC_FLUSH });
  let got = 0;
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (part: Buffer) => {
      got += part.length;
      if (got > expected) reject(damaged('it has more content than its size allows'));
    });
    stream.on('end', resolve);
    stream.on('error', () => reject(damaged('its pixels cannot be made out')));
    stream.end(bytes);
  }).finally(() => stream.destroy());
  if (got < expected) throw truncated();
  return stream.bytesWritten;
}
