import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cleanPicture } from '../../support/clean-picture.ts';
import {
  displayed,
  FORMATS,
  type Format,
  makePicture,
  ORIENTATIONS,
  randomRecipe,
  VARIANTS,
} from '../../support/pictures.ts';
import { CANARY, exifBlock, withCanaries } from '../../support/pictures-canary.ts';
import { fuzzRuns, fuzzTimeout, seededRandom } from '../../support/seeded-random.ts';

const CASES = FORMATS.flatMap((format) => ORIENTATIONS.map((orientation) => [format, orientation] as const));

async function expectCleanCopy(source: Uint8Array, what: string): Promise<void> {
  const picture = await cleanPicture(source);
  const [before, after] = [await displayed(source), await displayed(picture.bytes)];
  expect(after.pixels.equals(before.pixels), what).toBe(true);
  expect([picture.width, picture.height], what).toEqual([before.width, before.height]);
  expect(picture.bytes.includes(CANARY), what).toBe(false);
  expect((await cleanPicture(picture.bytes)).bytes.equals(picture.bytes), what).toBe(true);
}

describe('a picture full of metadata', () => {
  it.each(CASES)('looks the same as %s with orientation %i and contains no canary', async (format, orientation) => {
    for (const [index, variant] of VARIANTS[format].entries()) {
      const source = await makePicture(format, {
        variant,
        profile: index % 2 === 0,
        width: 30 + orientation,
        seed: index,
      });
      await expectCleanCopy(withCanaries(format, source, orientation), `${format} ${variant} ${orientation}`);
    }
  });

  it.each(FORMATS)('keeps no EXIF except the orientation: %s', async (format) => {
    const plain = await makePicture(format);
    for (const orientation of ORIENTATIONS) {
      const metadata = await sharp((await cleanPicture(withCanaries(format, plain, orientation))).bytes).metadata();
      expect(metadata.orientation).toBe(orientation === 1 ? undefined : orientation);
      expect(metadata.exif?.length ?? 0).toBeLessThanOrEqual(32);
      expect([metadata.xmp, metadata.iptc, metadata.comments]).toEqual([undefined, undefined, undefined]);
    }
  });

  it('is cleaned in every size, coding, profile and orientation', { timeout: fuzzTimeout(60) }, async () => {
    const random = seededRandom(20_260_101);
    for (let run = 0; run < fuzzRuns(50); run++) {
      const format = random.pick(FORMATS);
      const orientation = random.pick(ORIENTATIONS);
      const recipe = randomRecipe(format, random);
      const source = await makePicture(format, recipe);
      await expectCleanCopy(withCanaries(format, source, orientation), JSON.stringify({ format, orientation, recipe }));
    }
  });
});

describe('a picture of a camera or program', () => {
  it.each(FORMATS.map((format) => [format] as const))('is recognised by its content: %s', async (format) => {
    const picture = await cleanPicture(await makePicture(format));
    expect(picture.type).toBe(`image/${format}`);
    expect(picture.extension).toBe({ jpeg: 'jpg', png: 'png', webp: 'webp' }[format]);
  });

  it.each(FORMATS)('keeps the orientation that sharp wrote: %s', async (format: Format) => {
    for (const orientation of ORIENTATIONS) {
      const written = await sharp(await makePicture(format))
        .withMetadata({ orientation })
        .toFormat(format)
        .toBuffer();
      await expectCleanCopy(written, `${format} ${orientation}`);
    }
  });

  it('keeps the pixels of a JPEG bit by bit', async () => {
    const source = await makePicture('jpeg', { variant: 'baseline' });
    const scan = source.subarray(source.indexOf(Buffer.from([0xff, 0xda])));
    expect((await cleanPicture(withCanaries('jpeg', source, 6))).bytes.includes(scan)).toBe(true);
  });

  it('is not modified, and its copy shares no memory with it', async () => {
    const source = withCanaries('png', await makePicture('png'), 3);
    const copy = Buffer.from(source);
    const { bytes } = await cleanPicture(source);
    expect(source.equals(copy)).toBe(true);
    const before = Buffer.from(bytes);
    source.fill(0);
    expect(before.equals(bytes)).toBe(true);
  });

  it('may be a view into a larger buffer', async () => {
    const source = await makePicture('webp');
    const larger = Buffer.concat([Buffer.alloc(7, 1), source, Buffer.alloc(9, 2)]);
    const view = new Uint8Array(larger.buffer, larger.byteOffset + 7, source.length);
    expect(await cleanPicture(view)).toEqual(await cleanPicture(source));
  });
});

describe('damaged metadata', () => {
  it.each(FORMATS)('does not cause a good picture to be refused: %s', async (format) => {
    const plain = await makePicture(format);
    const laden = withCanaries(format, plain, 6);
    const start = laden.indexOf(exifBlock(6));
    await fc.assert(
      fc.asyncProperty(fc.nat(exifBlock(6).length - 1), fc.integer({ min: 0, max: 255 }), async (at, value) => {
        const broken = Buffer.from(laden);
        broken[start + at] = value;
        expect((await cleanPicture(broken)).bytes.includes(CANARY)).toBe(false);
      }),
      { numRuns: fuzzRuns(200) },
    );
    expect((await displayed((await cleanPicture(laden)).bytes)).width).toBe(24);
  });

  it('between the segments of a JPEG is dropped', async () => {
    const plain = await makePicture('jpeg');
    const stray = Buffer.concat([plain.subarray(0, 2), Buffer.from(`${CANARY}\0\0`), plain.subarray(2)]);
    stray.write('\xff\xe5\0\x04', 2, 'latin1');
    await expectCleanCopy(stray, 'stray bytes');
  });
});
