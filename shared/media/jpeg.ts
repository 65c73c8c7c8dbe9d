import { asDisplayed, type Cleaned } from './cleaned.ts';
import { type Component, type Frame, readFrame } from './jpeg-frame.ts';
import { type JpegMetadata, metadataSegments, noMetadata, noteMetadata } from './jpeg-metadata.ts';
import { checkScan } from './jpeg-scan.ts';
import { jpegSegments, MARKER, type Segment } from './jpeg-segments.ts';
import { checkHuffmanTables, quantisationTables } from './jpeg-tables.ts';
import { cutShort, damaged, unsupported } from './picture-error.ts';
import { Pieces } from './pieces.ts';

type Reading = {
  metadata: JpegMetadata;
  frame: Frame | undefined;
  tables: Set<number>;
  restartInterval: number;
  shown: Set<Component>;
  scans: number;
  kept: Buffer[];
};

const START = Buffer.from([0xff, MARKER.SOI]);
const END = Buffer.from([0xff, MARKER.EOI]);

// Ordinary progressive pictures have about ten; each one costs a decoder a pass over all pixels.
const MAX_SCANS = 64;

/** Rebuilds the file from the segments that a decoder needs; expects the bytes to start as a JPEG does. */
export function cleanJpeg(source: Buffer): Cleaned {
  const reading: Reading = {
    metadata: noMetadata(),
    frame: undefined,
    tables: new Set(),
    restartInterval: 0,
    shown: new Set(),
    scans: 0,
    kept: [],
  };
  for (const segment of jpegSegments(source)) readSegment(reading, segment);
  const { frame, metadata, shown, kept } = reading;
  if (!frame || shown.size < frame.components.length) throw cutShort();
  const content = new Pieces([START, ...metadataSegments(metadata), ...kept, END]);
  return { ...asDisplayed(frame, metadata.orientation), content };
}

function readSegment(reading: Reading, segment: Segment): void {
  const { marker, payload } = segment;
  if (marker >= MARKER.APP0 && marker <= MARKER.APP15) {
    if (reading.scans === 0) noteMetadata(reading.metadata, marker, payload);
    return;
  }
  if (marker === MARKER.COM || marker === MARKER.DNL) return;
  readPictureSegment(reading, segment);
  reading.kept.push(segment.raw);
  if (segment.scan) reading.kept.push(segment.scan.bytes);
}

function readPictureSegment(reading: Reading, { marker, payload, scan }: Segment): void {
  if (scan) {
    readScanSegment(reading, payload, scan);
  } else if (marker === MARKER.DQT) {
    for (const table of quantisationTables(payload)) reading.tables.add(table);
  } else if (marker === MARKER.DHT) {
    checkHuffmanTables(payload);
  } else if (marker === MARKER.DRI) {
    if (payload.length !== 2) throw damaged('one of its parts has an impossible length');
    reading.restartInterval = payload.readUInt16BE(0);
  } else if (isFrame(marker)) {
    if (reading.frame) throw damaged('it holds more than one picture');
    reading.frame = readFrame(marker, payload);
  } else if (marker === MARKER.DAC || marker === MARKER.DHP || marker === MARKER.EXP) {
    throw unsupported('an unusual kind of JPEG that browsers cannot show');
  } else {
    throw damaged('it holds parts that no JPEG has');
  }
}

function readScanSegment(reading: Reading, header: Buffer, scan: NonNullable<Segment['scan']>): void {
  const { frame, tables, restartInterval, shown } = reading;
  if (!frame) throw damaged('its pixels come before its header');
  if (++reading.scans > MAX_SCANS) throw damaged('it is made of far too many passes');
  const { components, full } = checkScan(frame, header, { ...scan, restartInterval });
  if (components.some(({ table }) => !tables.has(table))) throw damaged('the tables needed to decode it are missing');
  if (full) for (const component of components) shown.add(component);
}

function isFrame(marker: number): boolean {
  const inRange = marker >= MARKER.SOF0 && marker <= MARKER.SOF15;
  return inRange && marker !== MARKER.DHT && marker !== MARKER.JPG && marker !== MARKER.DAC;
}
