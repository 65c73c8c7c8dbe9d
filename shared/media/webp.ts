import { withoutTexts } from './icc-profile.ts';
import { asDisplayed, type Dimensions, type Orientation, orientationBlock, readOrientation } from './orientation.ts';
import { damaged, truncated, unsupportedKind } from './picture-error.ts';
import { checkPixels } from './picture-limits.ts';
import { Pieces } from './pieces.ts';

type Chunk = { type: string; data: Buffer };
type Extended = Dimensions & { flags: number };
type Reading = {
  extended: Extended | undefined;
  profile: Buffer | undefined;
  alpha: Chunk | undefined;
  picture: Chunk | undefined;
  orientation: Orientation;
  exif: boolean;
};

const RIFF_HEAD = 12;
const MAX_CHUNKS = 1_000;
const FLAG = { animation: 0x02, exif: 0x08, alpha: 0x10, profile: 0x20 } as const;
const VP8_START = Buffer.from([0x9d, 0x01, 0x2a]);
const VP8L_START = 0x2f;
const FOURTEEN_BITS = 0x3fff;

/**
 * Rebuilds a WebP from the chunks that a decoder needs. Expects the bytes to start as a WebP does. Keeps bytes after
 * the last pixel inside the picture's own chunk: only a decoder can find the end there. Throws PictureError, and
 * RangeError for a file that is cut within a chunk.
 */
export async function cleanWebp(source: Buffer): Promise<Dimensions & { content: Pieces; orientation: Orientation }> {
  const reading: Reading = {
    extended: undefined,
    profile: undefined,
    alpha: undefined,
    picture: undefined,
    orientation: 1,
    exif: false,
  };
  let first = true;
  for (const chunk of chunksOf(source)) {
    if (first && chunk.type === 'VP8X') reading.extended = readExtended(chunk.data);
    else readChunk(reading, chunk);
    first = false;
  }
  const { picture, extended, orientation } = reading;
  if (!picture) throw truncated();
  const dimensions = readFrame(picture);
  if (extended && (extended.width !== dimensions.width || extended.height !== dimensions.height)) {
    throw damaged('it says that it has another size than its pixels');
  }
  // The lossless coding carries its own transparency; viewers ignore a second one.
  const alpha = picture.type === 'VP8 ' && reading.alpha ? exactAlpha(reading.alpha, dimensions) : undefined;
  const content = fileOf(storedChunks({ ...reading, alpha }, picture));
  return { ...asDisplayed(dimensions, orientation), orientation, content };
}

/** The chunks inside the RIFF frame, without what follows it. A name is any four bytes. */
function* chunksOf(source: Buffer): Generator<Chunk> {
  const end = 8 + source.readUInt32LE(4);
  if (end > source.length) throw truncated();
  let at = RIFF_HEAD;
  for (let count = 0; count < MAX_CHUNKS; count++) {
    if (at + 8 > end) return;
    const type = source.toString('latin1', at, at + 4);
    const dataEnd = at + 8 + source.readUInt32LE(at + 4);
    if (dataEnd > end) throw damaged('one of its parts is longer than the whole');
    yield { type, data: source.subarray(at + 8, dataEnd) };
    at = dataEnd + (dataEnd % 2);
  }
  throw damaged('it is made of far too many parts');
}

function fileOf(chunks: readonly Chunk[]): Pieces {
  const parts = chunks.flatMap(({ type, data }) => {
    const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return [head, data, Buffer.alloc(data.length % 2)];
  });
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(
    parts.reduce((sum, { length }) => sum + length, 4),
    4,
  );
  return new Pieces([head, ...parts]);
}

function readExtended(data: Buffer): Extended {
  if (data.length !== 10) throw damaged('its header has an impossible length');
  const flags = data.readUInt8(0);
  if (flags & FLAG.animation) throw unsupportedKind('an animated WebP');
  return { flags, width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
}

function readChunk(reading: Reading, chunk: Chunk): void {
  const { type } = chunk;
  if (type === 'VP8 ' || type === 'VP8L') {
    if (reading.picture) throw damaged('it holds more than one picture');
    reading.picture = chunk;
  } else if (type === 'VP8X') {
    throw damaged('its header stands in the wrong place');
  } else if (type === 'ANIM' || type === 'ANMF') {
    throw unsupportedKind('an animated WebP');
  } else if (reading.extended) {
    readExtension(reading, reading.extended, chunk);
  }
}

/** Reads a chunk of the extended form, under the same conditions as viewers. */
function readExtension(reading: Reading, { flags }: Extended, chunk: Chunk): void {
  const { picture, profile, exif, alpha } = reading;
  if (chunk.type === 'ALPH' && !picture) {
    if (alpha) throw damaged('its transparency cannot be made out');
    reading.alpha = chunk;
  } else if (chunk.type === 'ICCP' && flags & FLAG.profile && !picture && !profile) {
    reading.profile = withoutTexts(chunk.data);
  } else if (chunk.type === 'EXIF' && flags & FLAG.exif && !exif) {
    reading.exif = true;
    reading.orientation = readOrientation(chunk.data);
  }
}

/** The size in the header of the coded picture, VP8 or VP8L. */
function readFrame({ type, data }: Chunk): Dimensions {
  const dimensions = type === 'VP8 ' ? readLossy(data) : readLossless(data);
  checkPixels(dimensions.width, dimensions.height);
  return dimensions;
}

function readLossy(data: Buffer): Dimensions {
  const tag = data.readUIntLE(0, 3);
  const isKeyFrame = (tag & 1) === 0;
  const isKnownVersion = ((tag >> 1) & 7) <= 3;
  const isShown = ((tag >> 4) & 1) === 1;
  const firstPartition = tag >> 5;
  const readable = isKeyFrame && isKnownVersion && isShown && data.subarray(3, 6).equals(VP8_START);
  if (!readable) throw damaged('its pixels cannot be made out');
  const [width, height] = [data.readUInt16LE(6) & FOURTEEN_BITS, data.readUInt16LE(8) & FOURTEEN_BITS];
  if (firstPartition === 0 || 10 + firstPartition > data.length) throw truncated();
  return { width, height };
}

function readLossless(data: Buffer): Dimensions {
  const bits = data.readUInt32LE(1);
  const readable = data[0] === VP8L_START && bits >>> 29 === 0 && data.length >= 6;
  if (!readable) throw damaged('its pixels cannot be made out');
  return { width: (bits & FOURTEEN_BITS) + 1, height: ((bits >>> 14) & FOURTEEN_BITS) + 1 };
}

/** Cuts uncompressed transparency to one byte per pixel. Only a decoder can find the end of a compressed one. */
function exactAlpha({ type, data }: Chunk, { width, height }: Dimensions): Chunk {
  const head = data.readUInt8(0);
  const compression = head & 3;
  const size = compression === 0 ? 1 + width * height : data.length;
  if (compression > 1 || head >> 6 !== 0 || data.length < size) throw damaged('its transparency cannot be made out');
  return { type, data: data.subarray(0, size) };
}

function storedChunks({ extended, profile, alpha, orientation }: Reading, picture: Chunk): Chunk[] {
  if (!extended) return [picture];
  const head = Buffer.alloc(10);
  const hasAlpha = extended.flags & FLAG.alpha || alpha;
  head[0] = (profile ? FLAG.profile : 0) | (hasAlpha ? FLAG.alpha : 0) | (orientation === 1 ? 0 : FLAG.exif);
  head.writeUIntLE(extended.width - 1, 4, 3);
  head.writeUIntLE(extended.height - 1, 7, 3);
  const chunks: Chunk[] = [{ type: 'VP8X', data: head }];
  if (profile) chunks.push({ type: 'ICCP', data: profile });
  if (alpha) chunks.push(alpha);
  chunks.push(picture);
  if (orientation !== 1) chunks.push({ type: 'EXIF', data: orientationBlock(orientation) });
  return chunks;
}
