import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutTexts } from '#shared/media/icc-profile.ts';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture } from '../../support/pictures.ts';
import { exifBlock } from '../../support/pictures-canary.ts';
import { joinParts, jpegSegment, replaceParts, splitJpeg } from '../../support/pictures-parts.ts';
import { colourProfile, lookupTable } from '../../support/pictures-profile.ts';

const PROFILE = colourProfile();

let jpeg: Buffer;

beforeAll(async () => {
  jpeg = await makePicture('jpeg');
});

function laden(...segments: Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

function markers(bytes: Uint8Array): string[] {
  return splitJpeg(Buffer.from(bytes)).parts.map(({ type }) => type);
}

function profileSegments(...parts: Array<[number: number, count: number, content: Buffer]>): Buffer[] {
  return parts.map(([number, count, content]) =>
    jpegSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0', 'latin1'), Buffer.from([number, count]), content])),
  );
}

describe('a JPEG', () => {
  it('keeps its JFIF segment without the thumbnail', async () => {
    const jfif = jpegSegment(0xe0, `JFIF\0\x01\x02\x01\0\x48\0\x48\x02\x02${'t'.repeat(12)}`);
    const kept = Buffer.from((await cleanPicture(laden(jfif))).bytes);
    expect(kept.subarray(2, 20).equals(jpegSegment(0xe0, 'JFIF\0\x01\x02\x01\0\x48\0\x48\0\0'))).toBe(true);
  });

  it('keeps the Adobe segment that decides how its colours are read', async () => {
    const cmyk = await makePicture('jpeg', { variant: 'cmyk' });
    const { bytes } = await cleanPicture(cmyk);
    expect(markers(bytes)).toContain('ee');
    expect((await displayed(bytes)).pixels.equals((await displayed(cmyk)).pixels)).toBe(true);
  });

  it('keeps a colour profile of many segments, whatever their order', async () => {
    const whole = colourProfile([['A2B0', lookupTable(30)]]);
    const [first, second, third] = [
      whole.subarray(0, 60_000),
      whole.subarray(60_000, 120_000),
      whole.subarray(120_000),
    ];
    const single = await cleanPicture(laden(...profileSegments([2, 3, second], [3, 3, third], [1, 3, first])));
    const parts = splitJpeg(single.bytes).parts.filter(({ type }) => type === 'e2');
    expect(parts.length).toBeGreaterThan(1);
    const kept = Buffer.concat(parts.map(({ bytes }) => bytes.subarray(18)));
    expect(kept.equals(withoutTexts(whole) ?? Buffer.alloc(0))).toBe(true);
  });

  it.each([
    ['a missing part', [[1, 2, PROFILE]]],
    [
      'two first parts',
      [
        [1, 1, PROFILE],
        [1, 1, PROFILE],
      ],
    ],
    [
      'parts that disagree on their number',
      [
        [1, 2, PROFILE],
        [2, 3, PROFILE],
      ],
    ],
    ['part 0', [[0, 1, PROFILE]]],
    ['part 2 of 1', [[2, 1, PROFILE]]],
    ['nothing that can be read', [[1, 1, Buffer.alloc(200)]]],
  ] as Array<[string, Array<[number, number, Buffer]>]>)('drops a colour profile with %s', async (_what, parts) => {
    expect(markers((await cleanPicture(laden(...profileSegments(...parts)))).bytes)).toEqual(
      markers((await cleanPicture(jpeg)).bytes),
    );
  });

  it('drops metadata between and after its scans', async () => {
    const progressive = await makePicture('jpeg', { variant: 'progressive' });
    const late = Buffer.concat([
      progressive.subarray(0, -2),
      jpegSegment(0xfe, 'late'),
      jpegSegment(0xe1, 'late'),
      progressive.subarray(-2),
    ]);
    expect(await cleanPicture(late)).toEqual(await cleanPicture(progressive));
  });

  it('may have fill bytes before a marker and standalone markers between segments', async () => {
    expect(await cleanPicture(laden(Buffer.from([0xff, 0x01, 0xff, 0xd3, 0xff, 0xff, 0xff])))).toEqual(
      await cleanPicture(jpeg),
    );
  });

  it('uses the first orientation only', async () => {
    const exif = (orientation: number) =>
      jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock(orientation)]));
    expect((await cleanPicture(laden(exif(6), exif(3)))).orientation).toBe(6);
    expect((await cleanPicture(laden(exif(1), exif(6)))).orientation).toBe(1);
  });

  it('loses tables that no scan uses, however many there are', async () => {
    const unused = [
      jpegSegment(0xdb, Buffer.alloc(65, 3)),
      jpegSegment(0xc4, Buffer.concat([Buffer.from([3, 1]), Buffer.alloc(16)])),
    ];
    expect(await cleanPicture(laden(...unused))).toEqual(await cleanPicture(jpeg));
    const flood = jpegSegment(
      0xc4,
      Buffer.concat(Array<Buffer>(3_600).fill(Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(16)]))),
    );
    expect(await cleanPicture(laden(...Array<Buffer>(45).fill(flood)))).toEqual(await cleanPicture(jpeg));
  });

  it('may redefine its tables between its scans', async () => {
    const optimised = await makePicture('jpeg', { variant: 'optimised', width: 90, height: 70 });
    const { bytes } = await cleanPicture(optimised);
    expect((await displayed(bytes)).pixels.equals((await displayed(optimised)).pixels)).toBe(true);
  });

  it('may omit the standard code tables, as Motion JPEG does, and gets them back', async () => {
    const pixels = sharp({ create: { width: 40, height: 24, channels: 3, background: 'teal' } });
    const whole = await pixels.jpeg({ optimiseCoding: false }).toBuffer();
    const bare = joinParts(replaceParts(splitJpeg(whole), 'c4', () => []));
    expect(markers(bare)).not.toContain('c4');
    expect(await cleanPicture(bare)).toEqual(await cleanPicture(whole));
  });

  it('may have up to 40 megapixels if it has enough bytes for them', async () => {
    const black = sharp({ create: { width: 8_000, height: 5_000, channels: 3, background: 'black' } });
    const large = await black.greyscale().jpeg().toBuffer();
    expect(await cleanPicture(large)).toMatchObject({ width: 8_000, height: 5_000 });
  });
});
