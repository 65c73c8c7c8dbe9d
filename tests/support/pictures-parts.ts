import { crc32 } from 'node:zlib';

/** A file in parts: its signature (`head`), and its segments or chunks, each complete. */
export type Parts = { head: Buffer; parts: Part[] };
export type Part = { type: string; bytes: Buffer };

function toBuffer(content: Buffer | string): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
}

export function jpegSegment(marker: number, payload: Buffer | string): Buffer {
  const content = toBuffer(payload);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

export function pngPart(type: string, payload: Buffer | string): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), toBuffer(payload)]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length - 4);
  ends.writeUInt32BE(crc32(content), 4);
  return Buffer.concat([ends.subarray(0, 4), content, ends.subarray(4)]);
}

export function webpPart(type: string, payload: Buffer | string): Buffer {
  const content = toBuffer(payload);
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

export function riff(chunks: Buffer[]): Buffer {
  const body = Buffer.concat(chunks);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
}

/** The segments by their marker in hex. The last part contains the scans and everything after them. */
export function splitJpeg(bytes: Buffer): Parts {
  const parts: Part[] = [];
  let at = 2;
  while (bytes[at + 1] !== 0xda) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    parts.push({ type: bytes.toString('hex', at + 1, at + 2), bytes: bytes.subarray(at, end) });
    at = end;
  }
  parts.push({ type: 'scans', bytes: bytes.subarray(at) });
  return { head: bytes.subarray(0, 2), parts };
}

export function splitPng(bytes: Buffer): Parts {
  const parts: Part[] = [];
  for (let at = 8; at < bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    parts.push({ type: bytes.toString('latin1', at + 4, at + 8), bytes: bytes.subarray(at, end) });
    at = end;
  }
  return { head: bytes.subarray(0, 8), parts };
}

export function splitWebp(bytes: Buffer): Parts {
  const parts: Part[] = [];
  for (let at = 12; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    parts.push({ type: bytes.toString('latin1', at, at + 4), bytes: bytes.subarray(at, end) });
    at = end;
  }
  return { head: bytes.subarray(0, 12), parts };
}

export function joinParts({ head, parts }: Parts): Buffer {
  return Buffer.concat([head, ...parts.map(({ bytes }) => bytes)]);
}

/** Replaces every part of a type; an empty list removes it. */
export function replaceParts(whole: Parts, type: string, replace: (bytes: Buffer) => Buffer[]): Parts {
  const parts = whole.parts.flatMap((part) =>
    part.type === type ? replace(Buffer.from(part.bytes)).map((bytes) => ({ type, bytes })) : [part],
  );
  return { head: whole.head, parts };
}
