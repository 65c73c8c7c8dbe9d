import { cutShort, damaged } from './picture-error.ts';
import { Pieces } from './pieces.ts';

export type WebpChunk = { type: string; data: Buffer };

const RIFF_HEAD = 12;
const MAX_CHUNKS = 1_000;

/** The chunks inside the RIFF frame, whatever follows that. */
export function* webpChunks(source: Buffer): Generator<WebpChunk> {
  const end = 8 + source.readUInt32LE(4);
  if (end > source.length) throw cutShort();
  let at = RIFF_HEAD;
  for (let count = 0; count < MAX_CHUNKS; count++) {
    if (at + 8 > end) return;
    const type = source.toString('latin1', at, at + 4);
    const dataEnd = at + 8 + source.readUInt32LE(at + 4);
    if (!/^[\x20-\x7e]{4}$/.test(type)) throw damaged('a part of it cannot be made out');
    if (dataEnd > end) throw damaged('one of its parts is longer than the whole');
    yield { type, data: source.subarray(at + 8, dataEnd) };
    at = dataEnd + (dataEnd % 2);
  }
  throw damaged('it is made of far too many parts');
}

export function webpFile(chunks: WebpChunk[]): Pieces {
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  const parts = chunks.flatMap(({ type, data }) => [chunkHead(type, data.length), data, padding(data)]);
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  head.writeUInt32LE(size + 4, 4);
  return new Pieces([head, ...parts]);
}

function chunkHead(type: string, length: number): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(length, 4);
  return head;
}

function padding(data: Buffer): Buffer {
  return Buffer.alloc(data.length % 2);
}
