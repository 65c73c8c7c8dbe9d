import { crc32 } from 'node:zlib';
import { cutShort, damaged } from './picture-error.ts';

/** `raw` is the whole chunk with its length and checksum. */
export type PngChunk = { type: string; data: Buffer; raw: Buffer };

const SIGNATURE_BYTES = 8;
const MAX_CHUNKS = 10_000;

/** From the first chunk to IEND, whatever follows that; checksums are the caller's to check. */
export function* pngChunks(source: Buffer): Generator<PngChunk> {
  let at = SIGNATURE_BYTES;
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const end = at + 12 + source.readUInt32BE(at);
    const type = source.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged('a part of it cannot be made out');
    if (end > source.length) throw cutShort();
    yield { type, data: source.subarray(at + 8, end - 4), raw: source.subarray(at, end) };
    if (type === 'IEND') return;
    at = end;
  }
  throw damaged('it is made of far too many parts');
}

export function isIntact({ raw }: PngChunk): boolean {
  return crc32(raw.subarray(4, raw.length - 4)) === raw.readUInt32BE(raw.length - 4);
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  chunk.writeUInt32BE(data.length);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, chunk.length - 4)), chunk.length - 4);
  return chunk;
}
