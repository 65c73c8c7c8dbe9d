import { Inflate, inflateSync } from 'node:zlib';
import { trimProfile } from './icc-profile.ts';
import { damaged } from './picture-error.ts';
import { isIntact, type PngChunk, pngChunk } from './png-chunks.ts';
import { INDEXED, type PngHeader } from './png-header.ts';

/** What of the file has been read so far. */
export type PngSoFar = { header: PngHeader; colours: number; seen: ReadonlySet<string> };

const PROFILE_HEAD = Buffer.from('ICC\0\0', 'latin1');
const MAX_PROFILE_BYTES = 2 * 1024 * 1024;

/** Lengths of the chunks that decide how the pixels look; these hold numbers only. */
const LENGTHS = new Map([
  ['cHRM', 32],
  ['cICP', 4],
  ['cLLI', 8],
  ['gAMA', 4],
  ['mDCV', 24],
  ['pHYs', 9],
  ['sRGB', 1],
]);
const SIGNIFICANT_BITS = new Map([
  [0, 1],
  [2, 3],
  [INDEXED, 3],
  [4, 2],
  [6, 4],
]);

/** The chunk as it may be stored; undefined for everything that does not change how the picture looks. */
export function keptChunk(chunk: PngChunk, soFar: PngSoFar): Buffer | undefined {
  if (soFar.seen.has('IDAT') || soFar.seen.has(chunk.type)) return undefined;
  if (chunk.type === 'tRNS') return transparency(chunk, soFar);
  if (soFar.seen.has('PLTE') && chunk.type !== 'pHYs') return undefined;
  if (chunk.type === 'iCCP') return isIntact(chunk) ? profile(chunk.data) : undefined;
  const length = chunk.type === 'sBIT' ? SIGNIFICANT_BITS.get(soFar.header.colour) : LENGTHS.get(chunk.type);
  return chunk.data.length === length && isIntact(chunk) ? chunk.raw : undefined;
}

function transparency(chunk: PngChunk, { header, colours }: PngSoFar): Buffer | undefined {
  const { length } = chunk.data;
  if (header.colour > INDEXED) return undefined;
  const fits = header.colour === INDEXED ? length >= 1 && length <= colours : length === (header.colour === 0 ? 2 : 6);
  if (!fits || !isIntact(chunk)) throw damaged('its transparency cannot be made out');
  return chunk.raw;
}

/** Renamed, because the name is free text, and cut where the profile ends. */
function profile(data: Buffer): Buffer | undefined {
  const name = data.subarray(0, 80).indexOf(0);
  if (name === -1 || data[name + 1] !== 0) return undefined;
  const compressed = data.subarray(name + 2);
  const used = compressedProfileLength(compressed);
  return used === undefined ? undefined : pngChunk('iCCP', Buffer.concat([PROFILE_HEAD, compressed.subarray(0, used)]));
}

function compressedProfileLength(compressed: Buffer): number | undefined {
  try {
    const { inflated, used } = inflateMeasured(compressed);
    return trimProfile(inflated)?.length === inflated.length ? used : undefined;
  } catch {
    return undefined;
  }
}

/** Node's types do not know the documented option `info`, hence the look at what really came back. */
function inflateMeasured(compressed: Buffer): { inflated: Buffer; used: number } {
  const answer: object = inflateSync(compressed, { maxOutputLength: MAX_PROFILE_BYTES, info: true });
  const inflated = 'buffer' in answer ? answer.buffer : undefined;
  const engine = 'engine' in answer && answer.engine instanceof Inflate ? answer.engine : undefined;
  if (!Buffer.isBuffer(inflated) || !engine) throw new TypeError('inflateSync gave no measures');
  return { inflated, used: engine.bytesWritten };
}
