import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Complaint } from '#shared/contract/responses.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';
import { photoForm } from '../../support/photo-form.ts';
import { displayed, FORMATS, type Format, ORIENTATIONS } from '../../support/pictures.ts';

let service: Service;
let person: Person;
beforeAll(async () => {
  service = await sharedService();
  person = await service.person();
});
afterAll(() => service.close());

const COLOURS = ['red', 'lime', 'blue', 'white'];

/** A picture of four quarters, each in its own colour, so that rotation and mirroring can be seen. */
async function quarters(format: Format, orientation: number, size = { width: 80, height: 40 }): Promise<Buffer> {
  const [width, height] = [size.width / 2, size.height / 2];
  const parts = COLOURS.map((background, index) => ({
    input: { create: { width, height, channels: 3 as const, background } },
    left: (index % 2) * width,
    top: Math.floor(index / 2) * height,
  }));
  const blank = sharp({ create: { ...size, channels: 3, background: 'black' } });
  const raw = await blank.composite(parts).removeAlpha().raw().toBuffer();
  return sharp(raw, { raw: { ...size, channels: 3 } })
    .withMetadata({ orientation })
    .toFormat(format, { quality: 95 })
    .toBuffer();
}

/** The colour of each quarter of the picture as a viewer shows it, from top left to bottom right. */
async function seen(bytes: Uint8Array): Promise<string[]> {
  const { width, height, pixels } = await displayed(bytes);
  const at = (x: number, y: number) => {
    const start = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
    return [...pixels.subarray(start, start + 3)].map((value) => (value > 127 ? 1 : 0)).join('');
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

async function filed(pictures: readonly Buffer[]): Promise<Complaint['images']> {
  return (await person.send('POST', '/complain', { form: photoForm(pictures) })).as(Complaint, 201).images;
}

async function fetched(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe('the preview of a picture', () => {
  it.each(ORIENTATIONS)('shows the same as the picture: orientation %i', async (orientation) => {
    const sources = await Promise.all(FORMATS.map((format) => quarters(format, orientation)));
    const images = await filed(sources);
    for (const [index, { url, previewUrl, width, height }] of images.entries()) {
      const expected = await seen(sources[index] ?? Buffer.alloc(0));
      const preview = await fetched(previewUrl);
      expect(new Set(expected).size).toBe(4);
      expect(await seen(await fetched(url)), FORMATS[index]).toEqual(expected);
      expect(await seen(preview), FORMATS[index]).toEqual(expected);
      const { width: across, height: down } = await displayed(preview);
      expect(across / down).toBeCloseTo(width / height, 1);
    }
  });

  it('is scaled by Appwrite where that is possible, and otherwise is the picture itself', async () => {
    const scaled = async (format: Format, orientation: number) => {
      const [image] = await filed([await quarters(format, orientation)]);
      return image?.previewUrl !== image?.url;
    };
    const jpeg = await Promise.all(ORIENTATIONS.map((orientation) => scaled('jpeg', orientation)));
    expect(jpeg).toEqual([true, false, true, false, false, true, false, true]);
    expect(await Promise.all([scaled('png', 1), scaled('png', 6), scaled('webp', 1), scaled('webp', 6)])).toEqual([
      ...[true, false],
      ...[true, false],
    ]);
  });

  it('can be opened for very wide and very narrow pictures', async () => {
    const sizes = [
      { width: 3_000, height: 2 },
      { width: 2, height: 3_000 },
      { width: 2, height: 2 },
    ];
    const images = await filed(await Promise.all(sizes.map((size) => quarters('jpeg', 1, size))));
    for (const { previewUrl } of images) await fetched(previewUrl);
    expect(images.map(({ url, previewUrl }) => url === previewUrl)).toEqual([true, true, false]);
    const turned = await filed([await quarters('jpeg', 6, { width: 2, height: 3_000 })]);
    expect(turned.map(({ url, previewUrl }) => url === previewUrl)).toEqual([true]);
  });
});
