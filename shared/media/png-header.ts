import type { Dimensions } from './cleaned.ts';
import { damaged } from './picture-error.ts';
import { checkPixels } from './picture-limits.ts';

export type PngHeader = Dimensions & { depth: number; colour: number; interlaced: boolean };

export const INDEXED = 3;
const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [INDEXED, 1],
  [4, 2],
  [6, 4],
]);
const DEPTHS = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [INDEXED, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

// Deflate's best case: two bits stand for 258 bytes.
const MAX_COMPRESSION = 1032;

export function readHeader(data: Buffer): PngHeader {
  if (data.length !== 13) throw badHeader();
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = data.subarray(8);
  const header = {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    depth,
    colour,
    interlaced: interlace === 1,
  };
  if (compression !== 0 || filter !== 0 || interlace > 1 || !DEPTHS.get(colour)?.includes(depth)) throw badHeader();
  checkPixels(header.width, header.height);
  return header;
}

export function checkPalette({ colour, depth }: PngHeader, palette: Buffer): void {
  const entries = palette.length / 3;
  const limit = colour === INDEXED ? 2 ** depth : 256;
  if (!Number.isInteger(entries) || entries < 1 || entries > limit) throw damaged('its list of colours is broken');
  if (colour === 0 || colour === 4) throw badHeader();
}

/** The fewest compressed bytes that can hold so many pixels. */
export function fewestBytes({ width, height, depth, colour, interlaced }: PngHeader): number {
  const bits = width * depth * (CHANNELS.get(colour) ?? 1);
  const raw = interlaced ? Math.ceil((bits * height) / 8) : (1 + Math.ceil(bits / 8)) * height;
  return raw / MAX_COMPRESSION;
}

function badHeader() {
  return damaged('its header contradicts itself');
}
