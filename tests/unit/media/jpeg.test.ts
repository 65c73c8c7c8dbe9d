import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture } from '../../support/pictures.ts';
import { jpegSegment, takeJpegApart } from '../../support/pictures-parts.ts';

let jpeg: Buffer;

beforeAll(async () => {
  jpeg = await makePicture('jpeg');
});

function laden(...segments: Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

function markers(bytes: Uint8Array): string[] {
  return takeJpegApart(Buffer.from(bytes)).parts.map(({ type }) => type);
}

function profile(length: number, declared = length): Buffer {
  const bytes = Buffer.alloc(length, 7);
  bytes.writeUInt32BE(declared);
  bytes.write('acsp', 36, 'latin1');
  return bytes;
}

function profileSegments(...parts: Array<[number: number, count: number, content: Buffer]>): Buffer[] {
  return parts.map(([number, count, content]) =>
    jpegSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0', 'latin1'), Buffer.from([number, count]), content])),
  );
}

describe('a JPEG', () => {
  it('keeps its JFIF head without the thumbnail', () => {
    const jfif = jpegSegment(0xe0, `JFIF\0\x01\x02\x01\0\x48\0\x48\x02\x02${'t'.repeat(12)}`);
    const kept = Buffer.from(cleanPicture(laden(jfif)).bytes);
    expect(kept.subarray(2, 20).equals(jpegSegment(0xe0, 'JFIF\0\x01\x02\x01\0\x48\0\x48\0\0'))).toBe(true);
  });

  it('keeps the Adobe mark that decides how its colours are read', async () => {
    const cmyk = await makePicture('jpeg', { variant: 'cmyk' });
    const { bytes } = cleanPicture(cmyk);
    expect(markers(bytes)).toContain('ee');
    expect((await displayed(bytes)).pixels.equals((await displayed(cmyk)).pixels)).toBe(true);
  });

  it('keeps a colour profile of many segments, whatever their order', () => {
    const whole = profile(150_000);
    const [first, second, third] = [
      whole.subarray(0, 60_000),
      whole.subarray(60_000, 120_000),
      whole.subarray(120_000),
    ];
    const kept = Buffer.from(
      cleanPicture(laden(...profileSegments([2, 3, second], [3, 3, third], [1, 3, first]))).bytes,
    );
    const parts = takeJpegApart(kept).parts.filter(({ type }) => type === 'e2');
    expect(Buffer.concat(parts.map(({ bytes }) => bytes.subarray(18))).equals(whole)).toBe(true);
  });

  it.each([
    ['a missing part', [[1, 2, profile(200)]]],
    [
      'two first parts',
      [
        [1, 1, profile(200)],
        [1, 1, profile(200)],
      ],
    ],
    [
      'parts that disagree on their number',
      [
        [1, 2, profile(200)],
        [2, 3, profile(200)],
      ],
    ],
    ['part 0', [[0, 1, profile(200)]]],
    ['part 2 of 1', [[2, 1, profile(200)]]],
    ['no signature', [[1, 1, Buffer.alloc(200)]]],
    ['a length beyond its end', [[1, 1, profile(200, 201)]]],
    ['a length of nothing', [[1, 1, profile(200, 0)]]],
    ['too few bytes', [[1, 1, profile(127)]]],
  ] as Array<[string, Array<[number, number, Buffer]>]>)('drops a colour profile with %s', (_what, parts) => {
    expect(markers(cleanPicture(laden(...profileSegments(...parts))).bytes)).toEqual(markers(cleanPicture(jpeg).bytes));
  });

  it('drops what follows the end of its colour profile', () => {
    const padded = Buffer.concat([profile(200), Buffer.from('hidden')]);
    expect(Buffer.from(cleanPicture(laden(...profileSegments([1, 1, padded]))).bytes).includes('hidden')).toBe(false);
  });

  it('takes metadata between and after its scans for what it is', async () => {
    const progressive = await makePicture('jpeg', { variant: 'progressive' });
    const late = Buffer.concat([
      progressive.subarray(0, -2),
      jpegSegment(0xfe, 'late'),
      jpegSegment(0xe1, 'late'),
      progressive.subarray(-2),
    ]);
    expect(cleanPicture(late)).toEqual(cleanPicture(progressive));
  });

  it('may have fill bytes before a marker and standalone markers between segments', () => {
    expect(cleanPicture(laden(Buffer.from([0xff, 0x01, 0xff, 0xd3, 0xff, 0xff, 0xff])))).toEqual(cleanPicture(jpeg));
  });

  it('may end each restart interval but the last with a marker, and the last one too', () => {
    const interval = jpegSegment(0xdd, '\0\x05');
    const restarted = (numbers: number[]) =>
      Buffer.concat([
        laden(interval).subarray(0, -2),
        Buffer.from(numbers.flatMap((number) => [0x11, 0xff, 0xd0 + number])),
        jpeg.subarray(-2),
      ]);
    expect(cleanPicture(restarted([0])).width).toBe(40);
    expect(cleanPicture(restarted([0, 1])).width).toBe(40);
    expect(() => cleanPicture(restarted([0, 1, 2]))).toThrow('more content');
    expect(() => cleanPicture(restarted([]))).toThrow('stops before');
  });

  it('counts its restart markers from 0 to 7 and over again', async () => {
    const full = await makePicture('jpeg', { variant: 'full-colour' });
    const restarted = (numbers: number[]) => {
      const markers = Buffer.from(numbers.flatMap((number) => [0x11, 0xff, 0xd0 + number]));
      return Buffer.concat([
        full.subarray(0, 2),
        jpegSegment(0xdd, '\0\x01'),
        full.subarray(2, -2),
        markers,
        full.subarray(-2),
      ]);
    };
    expect(cleanPicture(restarted([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5])).width).toBe(40);
    expect(() => cleanPicture(restarted([0, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6]))).toThrow(
      'missing from its middle',
    );
  });

  it('may be as large as 40 megapixels where its bytes can hold them', async () => {
    const black = sharp({ create: { width: 8_000, height: 5_000, channels: 3, background: 'black' } });
    const large = await black.greyscale().jpeg().toBuffer();
    expect(cleanPicture(large)).toMatchObject({ width: 8_000, height: 5_000 });
  });
});
