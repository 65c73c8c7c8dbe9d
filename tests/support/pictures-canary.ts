import { deflateSync } from 'node:zlib';
import type { Format } from './pictures.ts';
import { jpegSegment, pngPart, riff, splitJpeg, splitPng, splitWebp, webpPart } from './pictures-parts.ts';

/** The text in every part of a picture that must not be stored. */
export const CANARY = 'CANARY-48.20849N-16.37208E';

const THUMBNAIL = Buffer.from(`\xff\xd8\xff\xfe\0\x1c${CANARY}\xff\xd9`, 'latin1');

type Entry = { tag: number; type: number; count: number; value: Buffer };

/** The picture with every kind of metadata that cameras, phones and programs write, and with bytes after its end. */
export function withCanaries(format: Format, source: Buffer, orientation: number): Buffer {
  const withMetadata = { jpeg: jpegWithMetadata, png: pngWithMetadata, webp: webpWithMetadata }[format](
    source,
    exifBlock(orientation),
  );
  const zip = Buffer.from(`PK\x03\x04${CANARY}PK\x05\x06`.padEnd(64, '\0'), 'latin1');
  return Buffer.concat([withMetadata, Buffer.from(`<script>${CANARY}</script>`), zip, THUMBNAIL]);
}

/**
 * A TIFF block with camera, place, maker note and thumbnail; little-endian for even orientations, otherwise big-endian.
 */
export function exifBlock(orientation: number): Buffer {
  const little = orientation % 2 === 0;
  const text = (tag: number) => ({ tag, type: 2, count: CANARY.length + 1, value: Buffer.from(`${CANARY}\0`) });
  const camera = [text(0x010f), text(0x0110), short(0x0112, orientation, little), text(0x8298)];
  const details = [text(0x9003), { tag: 0x927c, type: 7, count: CANARY.length, value: Buffer.from(CANARY) }];
  const place = [{ tag: 1, type: 2, count: 2, value: Buffer.from('N\0\0\0') }, text(0x1b), text(0x1d)];
  const thumbnail = [short(0x0103, 6, little), { tag: 0x0201, type: 7, count: THUMBNAIL.length, value: THUMBNAIL }];
  return tiff([[...camera, ...details, ...place].sort((a, b) => a.tag - b.tag), thumbnail], little);
}

function short(tag: number, value: number, little: boolean): Entry {
  return { tag, type: 3, count: 1, value: Buffer.from(little ? [value, 0, 0, 0] : [0, value, 0, 0]) };
}

function tiff(directories: Entry[][], little: boolean): Buffer {
  const out = Buffer.alloc(4096);
  const short16 = (value: number, at: number) => (little ? out.writeUInt16LE(value, at) : out.writeUInt16BE(value, at));
  const long32 = (value: number, at: number) => (little ? out.writeUInt32LE(value, at) : out.writeUInt32BE(value, at));
  out.write(little ? 'II*\0' : 'MM\0*', 'latin1');
  long32(8, 4);
  let at = 8;
  for (const [index, entries] of directories.entries()) {
    const next = at + 2 + entries.length * 12;
    let free = next + 4;
    short16(entries.length, at);
    for (const [place, { tag, type, count, value }] of entries.entries()) {
      const entry = at + 2 + place * 12;
      short16(tag, entry);
      short16(type, entry + 2);
      long32(count, entry + 4);
      if (value.length <= 4) value.copy(out, entry + 8);
      else {
        long32(free, entry + 8);
        value.copy(out, free);
        free += value.length + (value.length % 2);
      }
    }
    long32(index + 1 < directories.length ? free : 0, next);
    at = free;
  }
  return out.subarray(0, at);
}

const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:li>${CANARY}</rdf:li></x:xmpmeta>`;
const IPTC = `Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x1f\x1c\x02\x78\0\x1a${CANARY}\0`;

function jpegWithMetadata(source: Buffer, exif: Buffer): Buffer {
  const { head, parts } = splitJpeg(source);
  const jfif = parts.filter(({ type }) => type === 'e0').map(({ bytes }) => bytes);
  const rest = parts.filter(({ type }) => type !== 'e0').map(({ bytes }) => bytes);
  const metadata = [
    jpegSegment(0xe0, `JFXX\0\x10${THUMBNAIL.toString('latin1')}`),
    jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif])),
    jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0${XMP}`),
    jpegSegment(0xe1, `http://ns.adobe.com/xmp/extension/\0${'0'.repeat(32)}\0\0\0\x40\0\0\0\0${XMP}`),
    jpegSegment(0xe2, `MPF\0MM\0*\0\0\0\x08${CANARY}`),
    jpegSegment(0xe2, `FPXR\0${CANARY}`),
    jpegSegment(0xe4, `QVGA\0${CANARY}`),
    jpegSegment(0xeb, `JP\0\0${CANARY}`),
    jpegSegment(0xed, IPTC),
    jpegSegment(0xef, CANARY),
    jpegSegment(0xfe, `Made at ${CANARY}`),
  ];
  return Buffer.concat([head, ...jfif, ...metadata, ...rest]);
}

function pngWithMetadata(source: Buffer, exif: Buffer): Buffer {
  const { head, parts } = splitPng(source);
  const metadata = [
    pngPart('tEXt', `Comment\0${CANARY}`),
    pngPart('zTXt', Buffer.concat([Buffer.from('Raw profile type exif\0\0', 'latin1'), deflateSync(CANARY)])),
    pngPart('iTXt', `XML:com.adobe.xmp\0\0\0\0\0${XMP}`),
    pngPart('eXIf', exif),
    pngPart('tIME', '\x07\xe8\x01\x02\x03\x04\x05'),
    pngPart('sPLT', `${CANARY}\0\x08`),
    pngPart('prVw', `${CANARY}${THUMBNAIL.toString('latin1')}`),
  ];
  const [header, ...rest] = parts.map(({ bytes }) => bytes);
  const end = rest.pop();
  const late = [pngPart('tEXt', `Late\0${CANARY}`), pngPart('zzZz', CANARY)];
  return Buffer.concat([head, ...(header ? [header] : []), ...metadata, ...rest, ...late, ...(end ? [end] : [])]);
}

function webpWithMetadata(source: Buffer, exif: Buffer): Buffer {
  const chunks = splitWebp(source).parts;
  const metadata = [webpPart('EXIF', exif), webpPart('XMP ', XMP), webpPart('TIME', CANARY), webpPart('priv', CANARY)];
  const body = chunks.filter(({ type }) => type !== 'VP8X').map(({ bytes }) => bytes);
  const simple =
    chunks.find(({ type }) => type === 'VP8X')?.bytes ?? extendedHeader(chunks[0]?.bytes ?? Buffer.alloc(0));
  const header = Buffer.from(simple);
  header.writeUInt8(header.readUInt8(8) | 0x0c, 8);
  return riff([header, ...body, ...metadata]);
}

/** The VP8X chunk that a simple file lacks, with the dimensions of its only chunk. */
export function extendedHeader(picture: Buffer): Buffer {
  const lossless = picture.toString('latin1', 0, 4) === 'VP8L';
  const bits = lossless ? picture.readUInt32LE(9) : 0;
  const width = lossless ? (bits & 0x3fff) + 1 : picture.readUInt16LE(14) & 0x3fff;
  const height = lossless ? ((bits >>> 14) & 0x3fff) + 1 : picture.readUInt16LE(16) & 0x3fff;
  const content = Buffer.alloc(10);
  content[0] = lossless && (bits >>> 28) & 1 ? 0x10 : 0;
  content.writeUIntLE(width - 1, 4, 3);
  content.writeUIntLE(height - 1, 7, 3);
  return webpPart('VP8X', content);
}
