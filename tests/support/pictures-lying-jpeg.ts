import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import type { Bases, Liar } from './pictures-lying.ts';
import { jpegSegment, replacing, takeJpegApart, together } from './pictures-parts.ts';

type Edit = (segment: Buffer) => Buffer | Buffer[];

const START = Buffer.from([0xff, 0xd8]);
const END = Buffer.from([0xff, 0xd9]);

/** JPEGs that are cut, contradict themselves or hide something that other programs would open. */
export function lyingJpegs({ jpeg, progressive }: Bases): Liar[] {
  const liar = (what: string, bytes: Buffer, code: PictureErrorCode = 'image_damaged') => ({ what, bytes, code });
  const edited = (type: string, edit: Edit) =>
    together(replacing(takeJpegApart(jpeg), type, (segment) => [edit(segment)].flat()));
  const frame = (at: number, value: number) => edited('c0', (segment) => withByte(segment, at, value));
  const scan = (at: number, value: number) => edited('scans', (segment) => withByte(segment, at, value));
  const sized = (width: number, height: number) =>
    edited('c0', (segment) => {
      segment.writeUInt16BE(height, 5);
      segment.writeUInt16BE(width, 7);
      return segment;
    });
  const inserted = (...segments: Buffer[]) => Buffer.concat([START, ...segments, jpeg.subarray(2)]);
  const beforeEnd = (content: Buffer) => Buffer.concat([jpeg.subarray(0, -2), content, END]);
  return [
    liar('a JPEG cut in half', jpeg.subarray(0, jpeg.length / 2)),
    liar('a JPEG without its end marker', jpeg.subarray(0, -2)),
    liar('a JPEG cut within its end marker', jpeg.subarray(0, -1)),
    liar('a JPEG of three bytes', Buffer.from([0xff, 0xd8, 0xff])),
    liar('a JPEG of start and end alone', Buffer.concat([START, END])),
    liar('a JPEG without pixels', Buffer.concat([edited('scans', () => []), END])),
    liar(
      'a JPEG with an empty scan',
      edited('scans', (segment) => [segment.subarray(0, 14), END]),
    ),
    liar(
      'a JPEG with two headers',
      edited('c0', (segment) => [segment, segment]),
    ),
    liar(
      'a JPEG with no header',
      edited('c0', () => []),
    ),
    liar(
      'a JPEG whose header follows its pixels',
      Buffer.concat([edited('c0', () => []).subarray(0, -2), frameOf(jpeg), END]),
    ),
    liar('a JPEG of no width', sized(0, 24)),
    liar('a JPEG of no height', sized(40, 0)),
    liar('a JPEG of 65535 × 65535', sized(65_535, 65_535), 'too_many_pixels'),
    liar('a JPEG one row above 40 megapixels', sized(8_000, 5_001), 'too_many_pixels'),
    liar('a JPEG of 6000 × 6000 in a few bytes', sized(6_000, 6_000)),
    liar('a progressive JPEG of 6000 × 6000 in a few bytes', progressiveOf(progressive, 6_000)),
    liar('a JPEG segment longer than the file', inserted(Buffer.from([0xff, 0xe5, 0xff, 0xff]))),
    liar('a JPEG segment of length 0', inserted(Buffer.from([0xff, 0xe5, 0, 0]))),
    liar('a JPEG segment of length 1', inserted(Buffer.from([0xff, 0xfe, 0, 1]))),
    liar('a JPEG with a reserved marker', inserted(jpegSegment(0xf0, 'x'))),
    liar('a JPEG with an unknown marker', inserted(jpegSegment(0x02, 'x'))),
    liar('a JPEG that starts twice', inserted(START)),
    liar('a JPEG with arithmetic coding', frame(1, 0xc9), 'unsupported_image'),
    liar('a lossless JPEG', frame(1, 0xc3), 'unsupported_image'),
    liar(
      'a hierarchical JPEG',
      inserted(jpegSegment(0xde, Buffer.from(frameOf(jpeg).subarray(4)))),
      'unsupported_image',
    ),
    liar('a JPEG with arithmetic conditioning', inserted(jpegSegment(0xcc, '\0\0')), 'unsupported_image'),
    liar('a JPEG of 12 bits', frame(4, 12), 'unsupported_image'),
    liar('a JPEG of two components', frame(9, 2)),
    liar('a JPEG of 200 components', frame(9, 200)),
    liar('a JPEG with a sampling factor of 0', frame(11, 0x01)),
    liar('a JPEG with a sampling factor of 5', frame(11, 0x51)),
    liar('a JPEG with units of more than ten blocks', frame(11, 0x44)),
    liar('a JPEG that names table 9', frame(12, 9)),
    liar('a JPEG that names a missing table', frame(12, 3)),
    liar(
      'a JPEG without quantisation tables',
      edited('db', () => []),
    ),
    liar(
      'a JPEG with a cut quantisation table',
      edited('db', (segment) => jpegSegment(0xdb, segment.subarray(4, 40))),
    ),
    liar(
      'a JPEG with quantisation table 7',
      edited('db', (segment) => withByte(segment, 4, 0x07)),
    ),
    liar(
      'a JPEG with an overfull code table',
      edited('c4', (segment) => withByte(segment, 5, 0xff)),
    ),
    liar(
      'a JPEG with a cut code table',
      edited('c4', (segment) => jpegSegment(0xc4, segment.subarray(4, 14))),
    ),
    liar(
      'a JPEG with code table 4',
      edited('c4', (segment) => withByte(segment, 4, 0x04)),
    ),
    liar(
      'a JPEG with a code table without symbols',
      edited('c4', (segment) => jpegSegment(0xc4, segment.subarray(4, 21))),
    ),
    liar('a JPEG scan of an unknown component', scan(5, 99)),
    liar('a JPEG scan of no component', scan(4, 0)),
    liar('a JPEG scan with code table 9', scan(6, 0x99)),
    liar('a JPEG scan that leaves out components', oneComponentScan(jpeg)),
    liar('a progressive JPEG with an impossible band', badBand(progressive)),
    liar('a JPEG with promised restarts missing', inserted(jpegSegment(0xdd, '\0\x01'))),
    liar('a JPEG with restarts nobody promised', beforeEnd(Buffer.from([0xff, 0xd0, 0x11]))),
    liar('a JPEG with restarts out of order', restarts(jpeg, [0, 2, 3])),
    liar(
      'a JPEG with far too many restarts',
      restarts(
        jpeg,
        Array.from({ length: 40 }, (_, index) => index % 8),
      ),
    ),
    liar('a JPEG with a restart interval of three bytes', inserted(jpegSegment(0xdd, '\0\0\0'))),
    liar(
      'a JPEG of 70 scans',
      edited('scans', (segment) => [...Array(70).fill(segment.subarray(0, -2)), END]),
    ),
    liar('a JPEG of 20 000 comments', inserted(...Array<Buffer>(20_000).fill(jpegSegment(0xfe, '')))),
    liar('a JPEG with a ZIP among its pixels', beforeEnd(smallZip()), 'unsupported_image'),
    liar('a JPEG with a PDF in its profile', inserted(pdfProfile()), 'unsupported_image'),
  ];
}

function withByte(segment: Buffer, at: number, value: number): Buffer {
  segment[at] = value;
  return segment;
}

function frameOf(jpeg: Buffer): Buffer {
  return takeJpegApart(jpeg).parts.find(({ type }) => type === 'c0')?.bytes ?? Buffer.alloc(0);
}

function progressiveOf(progressive: Buffer, side: number): Buffer {
  return together(
    replacing(takeJpegApart(progressive), 'c2', (segment) => {
      segment.writeUInt16BE(side, 5);
      segment.writeUInt16BE(side, 7);
      return [segment];
    }),
  );
}

function badBand(progressive: Buffer): Buffer {
  return together(replacing(takeJpegApart(progressive), 'scans', (segment) => [withByte(segment, 11, 3)]));
}

function oneComponentScan(jpeg: Buffer): Buffer {
  return together(
    replacing(takeJpegApart(jpeg), 'scans', (segment) => {
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

function smallZip(): Buffer {
  const entry = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.alloc(42), Buffer.from('a')]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt16LE(2, 20);
  return Buffer.concat([entry, end]);
}

function pdfProfile(): Buffer {
  const profile = Buffer.alloc(200);
  profile.writeUInt32BE(profile.length);
  profile.write('acsp', 36, 'latin1');
  profile.write('%PDF-1.7', 140, 'latin1');
  return jpegSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]));
}
