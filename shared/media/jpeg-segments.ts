import { cutShort, damaged } from './picture-error.ts';

export const MARKER = {
  SOF0: 0xc0,
  SOF2: 0xc2,
  DHT: 0xc4,
  JPG: 0xc8,
  DAC: 0xcc,
  SOF15: 0xcf,
  RST0: 0xd0,
  RST7: 0xd7,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DNL: 0xdc,
  DRI: 0xdd,
  DHP: 0xde,
  EXP: 0xdf,
  APP0: 0xe0,
  APP1: 0xe1,
  APP2: 0xe2,
  APP14: 0xee,
  APP15: 0xef,
  COM: 0xfe,
} as const;

/** `raw` is the whole segment from its 0xFF on; a scan's coded pixels follow in `scan`. */
export type Segment = { marker: number; payload: Buffer; raw: Buffer; scan: Scan | undefined };
export type Scan = { bytes: Buffer; restarts: number };

const TEM = 0x01;
const MAX_SEGMENTS = 10_000;

/** From the start of the picture to its end marker, whatever follows that. */
export function* jpegSegments(source: Buffer): Generator<Segment> {
  let at = 2;
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const start = findMarker(source, at);
    const marker = source.readUInt8(start + 1);
    at = start + 2;
    if (marker === MARKER.EOI) return;
    if (marker === TEM || isRestart(marker)) continue;
    const end = at + source.readUInt16BE(at);
    if (end < at + 2) throw damaged('one of its parts has an impossible length');
    if (end > source.length) throw cutShort();
    const scan = marker === MARKER.SOS ? readScan(source, end) : undefined;
    yield { marker, payload: source.subarray(at + 2, end), raw: source.subarray(start, end), scan };
    at = end + (scan?.bytes.length ?? 0);
  }
  throw damaged('it is made of far too many parts');
}

/** Skips stray bytes between segments as every decoder does: damaged metadata leaves such. */
function findMarker(source: Buffer, from: number): number {
  for (let at = next0xff(source, from); at !== -1; at = next0xff(source, at + 1)) {
    const marker = source.readUInt8(at + 1);
    if (marker !== 0 && marker !== 0xff) return at;
  }
  throw cutShort();
}

function readScan(source: Buffer, from: number): Scan {
  let restarts = 0;
  for (let at = next0xff(source, from); at !== -1; at = next0xff(source, at + 1)) {
    const next = source.readUInt8(at + 1);
    if (next === 0 || next === 0xff) continue;
    if (!isRestart(next)) return { bytes: source.subarray(from, at), restarts };
    if (next !== MARKER.RST0 + (restarts % 8)) throw damaged('a piece is missing from its middle');
    restarts++;
  }
  throw cutShort();
}

/** Native search is fast over long stretches and slow to call: a file made of 0xFF must not cost a call each. */
function next0xff(source: Buffer, from: number): number {
  const near = Math.min(from + 16, source.length);
  for (let at = from; at < near; at++) if (source[at] === 0xff) return at;
  return source.indexOf(0xff, near);
}

function isRestart(marker: number): boolean {
  return marker >= MARKER.RST0 && marker <= MARKER.RST7;
}
