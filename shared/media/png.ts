import { asDisplayed, type Cleaned } from './cleaned.ts';
import { type Orientation, orientationBlock, readOrientation } from './exif-orientation.ts';
import { cutShort, damaged, unsupported } from './picture-error.ts';
import { Pieces } from './pieces.ts';
import { keptChunk } from './png-ancillary.ts';
import { isIntact, type PngChunk, pngChunk, pngChunks } from './png-chunks.ts';
import { checkPalette, fewestBytes, INDEXED, type PngHeader, readHeader } from './png-header.ts';

type Reading = {
  header: PngHeader;
  orientation: Orientation;
  colours: number;
  seen: Set<string>;
  previous: string;
  beforePixels: Buffer[];
  pixels: PngChunk[];
};

const SIGNATURE_BYTES = 8;

/** Rebuilds the file from the chunks that a decoder needs; expects the bytes to start as a PNG does. */
export function cleanPng(source: Buffer): Cleaned {
  let reading: Reading | undefined;
  for (const chunk of pngChunks(source)) {
    if (reading) readChunk(reading, chunk);
    else reading = begin(chunk);
    reading.seen.add(chunk.type);
    reading.previous = chunk.type;
  }
  if (!reading) throw cutShort();
  checkCompressed(reading);
  const { header, orientation, beforePixels, pixels } = reading;
  const upright = orientation === 1 ? [] : [pngChunk('eXIf', orientationBlock(orientation))];
  const signature = source.subarray(0, SIGNATURE_BYTES);
  const end = pngChunk('IEND', Buffer.alloc(0));
  const content = new Pieces([signature, ...beforePixels, ...upright, ...pixels.map(({ raw }) => raw), end]);
  return { ...asDisplayed(header, orientation), content };
}

function begin(chunk: PngChunk): Reading {
  if (chunk.type === 'CgBI') throw unsupported("a PNG in Apple's private form");
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

function readChunk(reading: Reading, chunk: PngChunk): void {
  if (isCritical(chunk)) readCritical(reading, chunk);
  else if (chunk.type === 'acTL') refuseAnimation(reading, chunk);
  else if (chunk.type === 'eXIf') noteOrientation(reading, chunk);
  else {
    const kept = keptChunk(chunk, reading);
    if (kept) reading.beforePixels.push(kept);
  }
}

function readCritical(reading: Reading, chunk: PngChunk): void {
  const { header, seen, previous } = reading;
  if (!isIntact(chunk)) throw damaged('its checksums do not match its content');
  if (chunk.type === 'IDAT') {
    if (seen.has('IDAT') && previous !== 'IDAT') throw damaged('its pixels are interrupted');
    reading.pixels.push(chunk);
  } else if (chunk.type === 'PLTE') {
    if (seen.has('PLTE') || seen.has('IDAT')) throw damaged('its list of colours stands in the wrong place');
    checkPalette(header, chunk.data);
    reading.colours = chunk.data.length / 3;
    reading.beforePixels.push(chunk.raw);
  } else if (chunk.type !== 'IEND' || chunk.data.length > 0) {
    throw damaged('it holds parts that no PNG has, or has them twice');
  }
}

/** An animation cut to its first frame would be other evidence than was sent. */
function refuseAnimation({ seen }: Reading, chunk: PngChunk): void {
  const ignoredByViewers = seen.has('IDAT') || chunk.data.length !== 8 || !isIntact(chunk);
  if (!ignoredByViewers && chunk.data.readUInt32BE(0) > 1) throw unsupported('an animated PNG');
}

function noteOrientation(reading: Reading, chunk: PngChunk): void {
  if (!reading.seen.has('eXIf') && isIntact(chunk)) reading.orientation = readOrientation(chunk.data);
}

function checkCompressed({ header, colours, pixels }: Reading): void {
  const compressed = pixels.reduce((sum, { data }) => sum + data.length, 0);
  if (compressed < fewestBytes(header)) throw cutShort();
  const filled = pixels.filter(({ data }) => data.length > 0);
  const zlib = Buffer.concat(filled.slice(0, 2).map(({ data }) => data.subarray(0, 2)));
  const isZlib = zlib.length >= 2 && (zlib.readUInt8(0) & 15) === 8 && zlib.readUInt16BE(0) % 31 === 0;
  if (!isZlib) throw damaged('its pixels cannot be made out');
  if (header.colour === INDEXED && colours === 0) throw damaged('its list of colours is missing');
}

function isCritical({ type }: PngChunk): boolean {
  return type.charAt(0) < 'a';
}
