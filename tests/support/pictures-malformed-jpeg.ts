import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import type { Bases, MalformedPicture } from './pictures-malformed.ts';
import { joinParts, jpegSegment, replaceParts, splitJpeg } from './pictures-parts.ts';

type Edit = (segment: Buffer) => Buffer | Buffer[];

const START = Buffer.from([0xff, 0xd8]);
const END = Buffer.from([0xff, 0xd9]);

/** JPEGs that are cut or inconsistent. */
export function malformedJpegs({ jpeg, progressive }: Bases): MalformedPicture[] {
  const malformed = (what: string, bytes: Buffer, code: PictureErrorCode = 'image_damaged') => ({ what, bytes, code });
  const edited = (type: string, edit: Edit) =>
    joinParts(replaceParts(splitJpeg(jpeg), type, (segment) => [edit(segment)].flat()));
  const frame = (at: number, value: number) => edited('c0', (segment) => withByte(segment, at, value));
  const scan = (at: number, value: number) => edited('scans', (segment) => withByte(segment, at, value));
  const sized = (width: number, height: number) =>
    edited('c0', (segment) => {
      segment.writeUInt16BE(height, 5);
      segment.writeUInt16BE(width, 7);
      return segment;
    });
  const inserted = (...segments: Buffer[]) => Buffer.concat([START, ...segments, jpeg.subarray(2)]);
  const lastScan = Buffer.from([0xff, 0xda]);
  return [
    malformed('a JPEG cut in half', jpeg.subarray(0, jpeg.length / 2)),
    malformed('a JPEG cut three bytes before its end marker', jpeg.subarray(0, -5)),
    malformed(
      'a JPEG cut three bytes before its end marker, with another one',
      Buffer.concat([jpeg.subarray(0, -5), END]),
    ),
    malformed('a cut JPEG followed by another picture', Buffer.concat([jpeg.subarray(0, -20), jpeg])),
    malformed('a progressive JPEG cut between its scans', progressive.subarray(0, progressive.lastIndexOf(lastScan))),
    malformed('a JPEG of three bytes', Buffer.from([0xff, 0xd8, 0xff])),
    malformed('a JPEG of start and end alone', Buffer.concat([START, END])),
    malformed('a JPEG without pixels', Buffer.concat([edited('scans', () => []), END])),
    malformed(
      'a JPEG with an empty scan',
      edited('scans', (segment) => [segment.subarray(0, 14), END]),
    ),
    malformed(
      'a JPEG with two headers',
      edited('c0', (segment) => [segment, segment]),
    ),
    malformed(
      'a JPEG with no header',
      edited('c0', () => []),
    ),
    malformed(
      'a JPEG whose header follows its pixels',
      Buffer.concat([edited('c0', () => []).subarray(0, -2), frameOf(jpeg), END]),
    ),
    malformed('a JPEG of no width', sized(0, 24)),
    malformed('a JPEG of no height', sized(40, 0)),
    malformed('a JPEG of 65535 × 65535', sized(65_535, 65_535), 'too_many_pixels'),
    malformed('a JPEG one row above 40 megapixels', sized(8_000, 5_001), 'too_many_pixels'),
    malformed('a JPEG of 6000 × 6000 in a few bytes', sized(6_000, 6_000)),
    malformed('a progressive JPEG of 6000 × 6000 in a few bytes', progressiveOf(progressive, 6_000)),
    malformed('a JPEG segment longer than the file', inserted(Buffer.from([0xff, 0xe5, 0xff, 0xff]))),
    malformed('a JPEG segment of length 0', inserted(Buffer.from([0xff, 0xe5, 0, 0]))),
    malformed('a JPEG segment of length 1', inserted(Buffer.from([0xff, 0xfe, 0, 1]))),
    malformed('a JPEG with a reserved marker', inserted(jpegSegment(0xf0, 'x'))),
    malformed('a JPEG with an unknown marker', inserted(jpegSegment(0x02, 'x'))),
    malformed('a JPEG that starts twice', inserted(START)),
    malformed('a JPEG with arithmetic coding', frame(1, 0xc9), 'unsupported_image'),
    malformed('a lossless JPEG', frame(1, 0xc3), 'unsupported_image'),
    malformed(
      'a hierarchical JPEG',
      inserted(jpegSegment(0xde, Buffer.from(frameOf(jpeg).subarray(4)))),
      'unsupported_image',
    ),
    malformed('a JPEG with arithmetic conditioning', inserted(jpegSegment(0xcc, '\0\0')), 'unsupported_image'),
    malformed('a JPEG of 12 bits', frame(4, 12), 'unsupported_image'),
    malformed('a JPEG of two components', frame(9, 2)),
    malformed('a JPEG of 200 components', frame(9, 200)),
    malformed('a JPEG with a sampling factor of 0', frame(11, 0x01)),
    malformed('a JPEG with a sampling factor of 5', frame(11, 0x51)),
    malformed('a JPEG with units of more than ten blocks', frame(11, 0x44)),
    malformed('a JPEG that names table 9', frame(12, 9)),
    malformed('a JPEG that names a missing table', frame(12, 3)),
    malformed(
      'a JPEG without quantisation tables',
      edited('db', () => []),
    ),
    malformed(
      'a JPEG with a cut quantisation table',
      edited('db', (segment) => jpegSegment(0xdb, segment.subarray(4, 40))),
    ),
    malformed(
      'a JPEG with quantisation table 7',
      edited('db', (segment) => withByte(segment, 4, 0x07)),
    ),
    malformed(
      'a JPEG with an overfull code table',
      edited('c4', (segment) => withByte(segment, 5, 0xff)),
    ),
    malformed(
      'a JPEG with a cut code table',
      edited('c4', (segment) => jpegSegment(0xc4, segment.subarray(4, 14))),
    ),
    malformed(
      'a JPEG with code table 4',
      edited('c4', (segment) => withByte(segment, 4, 0x04)),
    ),
    malformed(
      'a JPEG with a code table without symbols',
      edited('c4', (segment) => jpegSegment(0xc4, segment.subarray(4, 21))),
    ),
    malformed('a JPEG scan of an unknown component', scan(5, 99)),
    malformed('a JPEG scan of no component', scan(4, 0)),
    malformed('a JPEG scan with code table 9', scan(6, 0x99)),
    malformed('a JPEG scan that leaves out components', oneComponentScan(jpeg)),
    malformed('a progressive JPEG with an impossible band', badBand(progressive)),
    malformed('a JPEG with promised restarts missing', inserted(jpegSegment(0xdd, '\0\x01'))),
    malformed('a JPEG with restarts out of order', restarts(jpeg, [0, 2, 3])),
    malformed(
      'a JPEG with far too many restarts',
      restarts(
        jpeg,
        Array.from({ length: 40 }, (_, index) => index % 8),
      ),
    ),
    malformed('a JPEG with a restart interval of three bytes', inserted(jpegSegment(0xdd, '\0\0\0'))),
    malformed('a JPEG of 70 scans', manyScans(progressive)),
    malformed(
      'a JPEG with a longer scan header',
      edited('scans', (segment) => [
        jpegSegment(0xda, Buffer.concat([segment.subarray(4, 14), Buffer.from('x')])),
        segment.subarray(14),
      ]),
    ),
    malformed('a JPEG of 20 000 comments', inserted(...Array<Buffer>(20_000).fill(jpegSegment(0xfe, '')))),
  ];
}

function withByte(segment: Buffer, at: number, value: number): Buffer {
  segment[at] = value;
  return segment;
}

function frameOf(jpeg: Buffer): Buffer {
  return splitJpeg(jpeg).parts.find(({ type }) => type === 'c0')?.bytes ?? Buffer.alloc(0);
}

function progressiveOf(progressive: Buffer, side: number): Buffer {
  return joinParts(
    replaceParts(splitJpeg(progressive), 'c2', (segment) => {
      segment.writeUInt16BE(side, 5);
      segment.writeUInt16BE(side, 7);
      return [segment];
    }),
  );
}

function badBand(progressive: Buffer): Buffer {
  return joinParts(replaceParts(splitJpeg(progressive), 'scans', (segment) => [withByte(segment, 11, 3)]));
}

function oneComponentScan(jpeg: Buffer): Buffer {
  return joinParts(
    replaceParts(splitJpeg(jpeg), 'scans', (segment) => {
      const header = jpegSegment(0xda, Buffer.from([1, segment[5] ?? 0, 0, 0, 63, 0]));
      return [header, segment.subarray(14)];
    }),
  );
}

function restarts(jpeg: Buffer, numbers: number[]): Buffer {
  const interval = jpegSegment(0xdd, '\0\x02');
  const markers = numbers.flatMap((number) => [0x11, 0xff, 0xd0 + number]);
  return Buffer.concat([START, interval, jpeg.subarray(2, -2), Buffer.from(markers), END]);
}

/** The progressive picture with its first scan 70 times; a decoder passes over all pixels for each. */
function manyScans(progressive: Buffer): Buffer {
  const start = progressive.indexOf(Buffer.from([0xff, 0xda]));
  const next = progressive.indexOf(Buffer.from([0xff, 0xc4]), start);
  const scan = progressive.subarray(start, next);
  return Buffer.concat([progressive.subarray(0, start), ...Array<Buffer>(70).fill(scan), progressive.subarray(next)]);
}
