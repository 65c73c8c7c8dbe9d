import { asDisplayed, type Cleaned, type Dimensions } from './cleaned.ts';
import { type Orientation, orientationBlock, readOrientation } from './exif-orientation.ts';
import { trimProfile } from './icc-profile.ts';
import { cutShort, damaged, unsupported } from './picture-error.ts';
import { type WebpChunk, webpChunks, webpFile } from './webp-chunks.ts';
import { readWebpFrame } from './webp-frame.ts';

type Extended = Dimensions & { flags: number };
type Reading = {
  extended: Extended | undefined;
  profile: Buffer | undefined;
  alpha: WebpChunk | undefined;
  picture: WebpChunk | undefined;
  orientation: Orientation;
  exif: boolean;
};

const FLAG = { animation: 0x02, exif: 0x08, alpha: 0x10, profile: 0x20 } as const;

/** Rebuilds the file from the chunks that a decoder needs; expects the bytes to start as a WebP does. */
export function cleanWebp(source: Buffer): Cleaned {
  const reading: Reading = {
    extended: undefined,
    profile: undefined,
    alpha: undefined,
    picture: undefined,
    orientation: 1,
    exif: false,
  };
  let first = true;
  for (const chunk of webpChunks(source)) {
    if (first && chunk.type === 'VP8X') reading.extended = readExtended(chunk.data);
    else readChunk(reading, chunk);
    first = false;
  }
  const { picture, extended, orientation } = reading;
  if (!picture) throw cutShort();
  const dimensions = readWebpFrame(picture);
  checkCanvas(dimensions, extended);
  // The lossless coding carries its own transparency; viewers ignore a second one.
  const alpha = picture.type === 'VP8 ' ? reading.alpha : undefined;
  if (alpha) checkAlpha(alpha.data, dimensions);
  const content = webpFile(storedChunks({ ...reading, alpha }, picture));
  return { ...asDisplayed(dimensions, orientation), content };
}

function readExtended(data: Buffer): Extended {
  if (data.length !== 10) throw damaged('its header has an impossible length');
  const flags = data.readUInt8(0);
  if (flags & FLAG.animation) throw unsupported('an animated WebP');
  return { flags, width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
}

function readChunk(reading: Reading, chunk: WebpChunk): void {
  const { type, data } = chunk;
  const { extended, picture } = reading;
  if (type === 'VP8 ' || type === 'VP8L') {
    if (picture) throw damaged('it holds more than one picture');
    reading.picture = chunk;
  } else if (type === 'VP8X') {
    throw damaged('its header stands in the wrong place');
  } else if (type === 'ANIM' || type === 'ANMF') {
    throw unsupported('an animated WebP');
  } else if (extended) {
    readExtension(reading, { type, data });
  }
}

/** Chunks that only the extended form has, each heeded under the same conditions as viewers do. */
function readExtension(reading: Reading, chunk: WebpChunk): void {
  const { picture, extended, profile, exif, alpha } = reading;
  const flags = extended?.flags ?? 0;
  if (chunk.type === 'ALPH' && !picture) {
    if (alpha) throw damaged('its transparency cannot be made out');
    reading.alpha = chunk;
  } else if (chunk.type === 'ICCP' && flags & FLAG.profile && !picture && !profile) {
    reading.profile = trimProfile(chunk.data);
  } else if (chunk.type === 'EXIF' && flags & FLAG.exif && !exif) {
    reading.exif = true;
    reading.orientation = readOrientation(chunk.data);
  }
}

function checkCanvas(picture: Dimensions, extended: Extended | undefined): void {
  if (extended && (extended.width !== picture.width || extended.height !== picture.height)) {
    throw damaged('it says that it has another size than its pixels');
  }
}

function checkAlpha(data: Buffer, { width, height }: Dimensions): void {
  const head = data.readUInt8(0);
  const compression = head & 3;
  const tooShort = compression === 0 && data.length < 1 + width * height;
  if (compression > 1 || head >> 6 !== 0 || tooShort) throw damaged('its transparency cannot be made out');
}

function storedChunks({ extended, profile, alpha, orientation }: Reading, picture: WebpChunk): WebpChunk[] {
  if (!extended) return [picture];
  const head = Buffer.alloc(10);
  const hasAlpha = extended.flags & FLAG.alpha || alpha;
  head[0] = (profile ? FLAG.profile : 0) | (hasAlpha ? FLAG.alpha : 0) | (orientation === 1 ? 0 : FLAG.exif);
  head.writeUIntLE(extended.width - 1, 4, 3);
  head.writeUIntLE(extended.height - 1, 7, 3);
  const chunks: WebpChunk[] = [{ type: 'VP8X', data: head }];
  if (profile) chunks.push({ type: 'ICCP', data: profile });
  if (alpha) chunks.push(alpha);
  chunks.push(picture);
  if (orientation !== 1) chunks.push({ type: 'EXIF', data: orientationBlock(orientation) });
  return chunks;
}
