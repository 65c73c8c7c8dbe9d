import type { Dimensions } from './cleaned.ts';
import { cutShort, damaged } from './picture-error.ts';
import { checkPixels } from './picture-limits.ts';
import type { WebpChunk } from './webp-chunks.ts';

const VP8_START = Buffer.from([0x9d, 0x01, 0x2a]);
const VP8L_START = 0x2f;
const FOURTEEN_BITS = 0x3fff;

/** What the coded picture itself says, in either of the two codings. */
export function readWebpFrame({ type, data }: WebpChunk): Dimensions {
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
  if (!isKeyFrame || !isKnownVersion || !isShown || !data.subarray(3, 6).equals(VP8_START)) throw badFrame();
  const dimensions = {
    width: data.readUInt16LE(6) & FOURTEEN_BITS,
    height: data.readUInt16LE(8) & FOURTEEN_BITS,
  };
  if (firstPartition === 0 || 10 + firstPartition > data.length) throw cutShort();
  return dimensions;
}

function readLossless(data: Buffer): Dimensions {
  const bits = data.readUInt32LE(1);
  if (data[0] !== VP8L_START || bits >>> 29 !== 0 || data.length < 6) throw badFrame();
  return { width: (bits & FOURTEEN_BITS) + 1, height: ((bits >>> 14) & FOURTEEN_BITS) + 1 };
}

function badFrame() {
  return damaged('its pixels cannot be made out');
}
