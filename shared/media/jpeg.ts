import { withoutTexts } from './icc-profile.ts';
import {
  type Component,
  type Frame,
  findMarker,
  HuffmanTable,
  isRestart,
  type Scan,
  walkScan,
} from './jpeg-entropy.ts';
import { asDisplayed, type Dimensions, type Orientation, orientationBlock, readOrientation } from './orientation.ts';
import { damaged, truncated, unsupportedKind } from './picture-error.ts';
import { checkPixels } from './picture-limits.ts';
import { Pieces } from './pieces.ts';

const M = {
  TEM: 0x01,
  SOF0: 0xc0,
  SOF2: 0xc2,
  DHT: 0xc4,
  JPG: 0xc8,
  DAC: 0xcc,
  SOF15: 0xcf,
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

const JFIF = Buffer.from('JFIF\0', 'latin1');
const EXIF = Buffer.from('Exif\0\0', 'latin1');
const ICC = Buffer.from('ICC_PROFILE\0', 'latin1');
const ADOBE = Buffer.from('Adobe', 'latin1');
const ICC_PART_BYTES = 65_519;

const MAX_SEGMENTS = 10_000;
/** Progressive pictures have about ten scans; each costs decoders a pass over all pixels. */
const MAX_SCANS = 64;
/** Maximum number of blocks in a unit (MCU) of several components (T.81, B.2.3). */
const MAX_BLOCKS_PER_UNIT = 10;

/** The standard code tables (T.81, K.3), in the form of a DHT segment. */
const STANDARD_TABLES = huffmanTables(
  Buffer.from(
    [
      'AAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNi',
      'coIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqy',
      's7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+gEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoLEQACAQIE',
      'BAMEBwUEBAABAncAAQIDEQQFITEGEkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVW',
      'V1hZWmNkZWZnaGlqc3R1dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2dri4+Tl5ufo',
      '6ery8/T19vf4+fo=',
    ].join(''),
    'base64',
  ),
);

/** The metadata that decides how the picture looks. `orientation` is undefined before the first EXIF block. */
type Metadata = {
  orientation: Orientation | undefined;
  density: Buffer | undefined;
  colourTransform: number | undefined;
  profile: { parts: Map<number, Buffer>; count: number; consistent: boolean };
};

/** The tables that the file has defined so far; it may define them again. They are written when a scan uses them. */
type Tables = {
  quantisation: Map<number, Buffer>;
  /** By class and number: 0x10 and above for AC. */
  huffman: Map<number, HuffmanTable>;
  restartInterval: number;
  written: { tables: Set<Buffer>; restartInterval: number };
};

type Reading = {
  metadata: Metadata;
  tables: Tables;
  frame: Frame | undefined;
  /** The frame segment, until it is written before the first scan. */
  frameSegment: Buffer | undefined;
  scans: number;
  kept: Buffer[];
};

/**
 * Rebuilds a JPEG without metadata except orientation, density and colours, without tables that no scan uses, and
 * without bytes after the last block of a scan. Adds a missing end marker when all pixels are there. Expects the bytes
 * to start as a JPEG does. Throws PictureError, and RangeError for a file that is cut within a segment.
 */
export async function cleanJpeg(source: Buffer): Promise<Dimensions & { content: Pieces; orientation: Orientation }> {
  const reading: Reading = {
    metadata: {
      orientation: undefined,
      density: undefined,
      colourTransform: undefined,
      profile: { parts: new Map(), count: 0, consistent: true },
    },
    tables: {
      quantisation: new Map(),
      huffman: new Map(),
      restartInterval: 0,
      written: { tables: new Set(), restartInterval: 0 },
    },
    frame: undefined,
    frameSegment: undefined,
    scans: 0,
    kept: [],
  };
  await readSegments(source, reading);
  const { frame, metadata, kept } = reading;
  if (!frame?.components.every(({ precision }) => precision[0] !== -1)) throw truncated();
  const { orientation = 1 } = metadata;
  const content = new Pieces([
    Buffer.from([0xff, M.SOI]),
    ...metadataSegments(metadata),
    ...kept,
    Buffer.from([0xff, M.EOI]),
  ]);
  return { ...asDisplayed(frame, orientation), orientation, content };
}

/** Whether the scans so far carry every bit of every coefficient. */
function hasAllBits({ components }: Frame): boolean {
  return components.every(({ precision }) => precision.every((bit) => bit === 0));
}

/** Reads up to the end marker, or until the scans carry every bit of every coefficient. */
async function readSegments(source: Buffer, reading: Reading): Promise<void> {
  let at = 2;
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const start = findMarker(source, at);
    // The file ends between two scans and before all bits of the pixels: it was cut.
    if (start === undefined) throw truncated();
    const marker = source.readUInt8(start + 1);
    at = start + 2;
    if (marker === M.EOI) return;
    if (marker === M.TEM || isRestart(marker)) continue;
    const end = at + source.readUInt16BE(at);
    if (end < at + 2) throw damaged('one of its parts has an impossible length');
    if (end > source.length) throw truncated();
    const payload = source.subarray(at + 2, end);
    if (marker === M.SOS) {
      at = await readScan(source, reading, { payload, raw: source.subarray(start, end), from: end });
      if (reading.frame && hasAllBits(reading.frame)) return;
    } else {
      readSegment(reading, marker, payload);
      at = end;
    }
  }
  throw damaged('it is made of far too many parts');
}

function isFrame(marker: number): boolean {
  return marker >= M.SOF0 && marker <= M.SOF15 && marker !== M.DHT && marker !== M.JPG && marker !== M.DAC;
}

function readSegment(reading: Reading, marker: number, payload: Buffer): void {
  const { tables } = reading;
  if (marker >= M.APP0 && marker <= M.APP15) {
    if (reading.scans === 0) noteMetadata(reading.metadata, marker, payload);
  } else if (marker === M.DQT) {
    readQuantisation(tables, payload);
  } else if (marker === M.DHT) {
    for (const [key, table] of huffmanTables(payload)) tables.huffman.set(key, table);
  } else if (marker === M.DRI) {
    if (payload.length !== 2) throw damaged('one of its parts has an impossible length');
    tables.restartInterval = payload.readUInt16BE(0);
  } else if (isFrame(marker)) {
    if (reading.frame) throw damaged('it holds more than one picture');
    reading.frame = readFrame(marker, payload);
    reading.frameSegment = segment(marker, [payload]);
  } else if (marker === M.DAC || marker === M.DHP || marker === M.EXP) {
    throw unsupportedKind('an unusual kind of JPEG that browsers cannot show');
  } else if (marker !== M.COM && marker !== M.DNL) {
    throw damaged('it holds parts that no JPEG has');
  }
}

/** Takes the kinds of JPEG that browsers show: 8 bits; baseline, extended or progressive; 1, 3 or 4 components. */
function readFrame(marker: number, payload: Buffer): Frame {
  if (marker > M.SOF2) throw unsupportedKind('an unusual kind of JPEG that browsers cannot show');
  const [height, width] = [payload.readUInt16BE(1), payload.readUInt16BE(3)];
  const components = readComponents(payload);
  if (payload.readUInt8(0) !== 8) throw unsupportedKind('a JPEG with more than 8 bits per colour');
  checkPixels(width, height);
  return { width, height, progressive: marker === M.SOF2, components };
}

function readComponents(payload: Buffer): Component[] {
  const count = payload.readUInt8(5);
  if (![1, 3, 4].includes(count) || payload.length !== 6 + 3 * count) throw damaged('its header contradicts itself');
  return Array.from({ length: count }, (_, index) => {
    const at = 6 + 3 * index;
    const [id, sampling, quantisation] = [payload.readUInt8(at), payload.readUInt8(at + 1), payload.readUInt8(at + 2)];
    const [horizontal, vertical] = [sampling >> 4, sampling & 15];
    const possible = horizontal >= 1 && horizontal <= 4 && vertical >= 1 && vertical <= 4 && quantisation <= 3;
    if (!possible) throw damaged('its header contradicts itself');
    return { id, horizontal, vertical, quantisation, precision: new Int8Array(64).fill(-1), nonZero: undefined };
  });
}

type ScanSegment = { payload: Buffer; raw: Buffer; from: number };

/** Keeps a scan up to its last block, and the tables it needs; returns the offset to continue at. */
async function readScan(source: Buffer, reading: Reading, { payload, raw, from }: ScanSegment): Promise<number> {
  const { frame, tables, kept } = reading;
  if (!frame) throw damaged('its pixels come before its header');
  if (++reading.scans > MAX_SCANS) throw damaged('it is made of far too many passes');
  const scan = readScanHeader(frame, tables, payload);
  kept.push(...quantisationSegments(frame, tables, scan));
  if (reading.frameSegment) kept.push(reading.frameSegment);
  reading.frameSegment = undefined;
  kept.push(...codingSegments(tables, scan), raw);
  const walked = await walkScan(source, from, frame, scan);
  for (const [start, end] of walked.stretches) kept.push(source.subarray(start, end));
  notePrecision(frame, scan);
  const next = nextSegment(source, walked.end);
  const isLast = next === undefined || source[next + 1] === M.EOI || hasAllBits(frame);
  // Faulty data can run out of bits although the file was not cut.
  if (!walked.complete && isLast && !(walked.faulty && next !== undefined)) throw truncated();
  return next ?? source.length;
}

function readScanHeader(frame: Frame, tables: Tables, payload: Buffer): Scan {
  const contradiction = () => damaged('one of its passes contradicts its header');
  const count = payload.readUInt8(0);
  if (count < 1 || count > 4 || payload.length !== 4 + 2 * count) throw contradiction();
  const [start = 0, end = 0, approximation = 0] = payload.subarray(1 + 2 * count);
  const [high, low] = [approximation >> 4, approximation & 15];
  const used = new Set<Component>();
  const components = Array.from({ length: count }, (_, index) => {
    const [id, codes] = [payload.readUInt8(1 + 2 * index), payload.readUInt8(2 + 2 * index)];
    const component = frame.components.find((candidate) => candidate.id === id && !used.has(candidate));
    if (!component) throw contradiction();
    used.add(component);
    // A progressive scan carries either DC or AC coefficients. Refined DC coefficients are not Huffman-coded.
    const needsDc = !frame.progressive || (start === 0 && high === 0);
    const needsAc = !frame.progressive || start > 0;
    return {
      component,
      dc: needsDc ? huffmanTable(frame, tables, codes >> 4) : undefined,
      ac: needsAc ? huffmanTable(frame, tables, 0x10 | (codes & 15)) : undefined,
    };
  });
  const blocks = components.reduce((sum, { component }) => sum + component.horizontal * component.vertical, 0);
  if (count > 1 && blocks > MAX_BLOCKS_PER_UNIT) throw contradiction();
  // Checked in progressive pictures only: decoders ignore these numbers in sequential ones, and some cameras write odd
  // ones.
  const band = start === 0 ? end === 0 : start <= end && end <= 63 && count === 1;
  if (frame.progressive && !(band && low <= 13 && (high === 0 || low === high - 1))) throw contradiction();
  return { components, start, end, high, low, restartInterval: tables.restartInterval };
}

function notePrecision({ progressive }: Frame, { components, start, end, high, low }: Scan): void {
  for (const { component } of components) {
    if (!progressive) component.precision.fill(0);
    else if (high === 0 || component.precision[start] !== -1) component.precision.fill(low, start, end + 1);
  }
}

/** The next marker that begins a segment or ends the file. */
function nextSegment(source: Buffer, from: number): number | undefined {
  for (let at = findMarker(source, from); at !== undefined; at = findMarker(source, at + 2)) {
    if (!isRestart(source[at + 1] ?? 0)) return at;
  }
  return undefined;
}

function readQuantisation(tables: Tables, payload: Buffer): void {
  for (let at = 0; at < payload.length; ) {
    const head = payload.readUInt8(at);
    const bytesPerValue = (head >> 4) + 1;
    const end = at + 1 + 64 * bytesPerValue;
    if (bytesPerValue > 2 || (head & 15) > 3 || end > payload.length) throw brokenTables();
    tables.quantisation.set(head & 15, payload.subarray(at, end));
    at = end;
  }
}

/** The tables of a DHT segment by class and number. */
function huffmanTables(payload: Buffer): Map<number, HuffmanTable> {
  const tables = new Map<number, HuffmanTable>();
  for (let at = 0; at < payload.length; ) {
    const head = payload.readUInt8(at);
    const counts = payload.subarray(at + 1, at + 17);
    const symbols = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + symbols;
    if ((head & 0xef) > 3 || counts.length < 16 || symbols > 256 || end > payload.length) throw brokenTables();
    tables.set(head, new HuffmanTable(payload.subarray(at, end)));
    at = end;
  }
  return tables;
}

/** Motion JPEG leaves out the standard tables; browsers have them. */
function huffmanTable({ progressive }: Frame, { huffman }: Tables, key: number): HuffmanTable {
  const table = huffman.get(key) ?? (progressive ? undefined : STANDARD_TABLES.get(key));
  if (!table) throw brokenTables();
  return table;
}

/** The quantisation tables to write before a scan. Decoders use the table that a component has at its first scan. */
function quantisationSegments(frame: Frame, { quantisation, written }: Tables, { components }: Scan): Buffer[] {
  const first = frame.components.every(({ precision }) => precision[0] === -1);
  const begun = components.map(({ component }) => component).filter(({ precision }) => precision[0] === -1);
  for (const component of begun) if (!quantisation.has(component.quantisation)) throw brokenTables();
  const needed = (first ? frame.components : begun).map((component) => quantisation.get(component.quantisation));
  return tablesSegment(M.DQT, written.tables, needed);
}

function codingSegments(tables: Tables, { components, restartInterval }: Scan): Buffer[] {
  const { written } = tables;
  const needed = components.flatMap(({ dc, ac }) => [dc?.bytes, ac?.bytes]);
  const segments = tablesSegment(M.DHT, written.tables, needed);
  if (written.restartInterval !== restartInterval) {
    const interval = Buffer.alloc(2);
    interval.writeUInt16BE(restartInterval);
    segments.push(segment(M.DRI, [interval]));
    written.restartInterval = restartInterval;
  }
  return segments;
}

/** One segment with the tables that the decoder does not have yet. */
function tablesSegment(marker: number, written: Set<Buffer>, needed: readonly (Buffer | undefined)[]): Buffer[] {
  const fresh = [...new Set(needed)].filter((table) => table !== undefined && !written.has(table)) as Buffer[];
  for (const table of fresh) written.add(table);
  return fresh.length === 0 ? [] : [segment(marker, fresh)];
}

function brokenTables() {
  return damaged('the tables needed to decode it are broken');
}

/** Records one APPn segment. Ignores segments that are damaged or do not change how the picture looks. */
function noteMetadata(metadata: Metadata, marker: number, payload: Buffer): void {
  if (marker === M.APP0 && begins(payload, JFIF) && payload.length >= 14) {
    metadata.density = payload.subarray(5, 12);
  } else if (marker === M.APP1 && begins(payload, EXIF)) {
    metadata.orientation ??= readOrientation(payload);
  } else if (marker === M.APP2 && begins(payload, ICC) && payload.length >= 14) {
    noteProfile(metadata, payload);
  } else if (marker === M.APP14 && begins(payload, ADOBE) && payload.length >= 12) {
    metadata.colourTransform = payload.readUInt8(11);
  }
}

function noteProfile({ profile }: Metadata, payload: Buffer): void {
  const [number = 0, count = 0] = payload.subarray(ICC.length);
  const expected = profile.parts.size === 0 || profile.count === count;
  if (!expected || number < 1 || number > count || profile.parts.has(number)) profile.consistent = false;
  profile.count = count;
  profile.parts.set(number, payload.subarray(ICC.length + 2));
}

/** Always writes the same segments in the same way, so that cleaning a clean picture changes nothing. */
function metadataSegments({ density, orientation = 1, profile, colourTransform }: Metadata): Buffer[] {
  const segments: Buffer[] = [];
  if (density) segments.push(segment(M.APP0, [JFIF, density, Buffer.alloc(2)]));
  if (orientation !== 1) segments.push(segment(M.APP1, [EXIF, orientationBlock(orientation)]));
  segments.push(...profileSegments(profile));
  if (colourTransform !== undefined) {
    segments.push(segment(M.APP14, [ADOBE, Buffer.from([0, 100, 0, 0, 0, 0, colourTransform])]));
  }
  return segments;
}

function profileSegments({ parts, count, consistent }: Metadata['profile']): Buffer[] {
  if (!consistent || parts.size !== count) return [];
  const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  const profile = withoutTexts(Buffer.concat(inOrder));
  if (!profile) return [];
  const total = Math.ceil(profile.length / ICC_PART_BYTES);
  return Array.from({ length: total }, (_, index) => {
    const part = profile.subarray(index * ICC_PART_BYTES, (index + 1) * ICC_PART_BYTES);
    return segment(M.APP2, [ICC, Buffer.from([index + 1, total]), part]);
  });
}

function segment(marker: number, content: Buffer[]): Buffer {
  const whole = Buffer.concat([Buffer.from([0xff, marker, 0, 0]), ...content]);
  whole.writeUInt16BE(whole.length - 2, 2);
  return whole;
}

function begins(payload: Buffer, prefix: Buffer): boolean {
  return payload.subarray(0, prefix.length).equals(prefix);
}
