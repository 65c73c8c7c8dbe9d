import { beforeAll, describe, expect, it } from 'vitest';
import { PictureError } from '#shared/media/picture-error.ts';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture } from '../../support/pictures.ts';
import { type Bases, malformedPictures } from '../../support/pictures-malformed.ts';
import { polyglots } from '../../support/pictures-polyglots.ts';

let bases: Bases;

beforeAll(async () => {
  bases = {
    jpeg: await makePicture('jpeg'),
    progressive: await makePicture('jpeg', { variant: 'progressive' }),
    png: await makePicture('png'),
    indexed: await makePicture('png', { variant: 'indexed' }),
    webp: await makePicture('webp'),
    lossless: await makePicture('webp', { variant: 'lossless' }),
  };
});

async function refusal(bytes: Uint8Array): Promise<PictureError | undefined> {
  try {
    await cleanPicture(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof PictureError) return error;
    throw error;
  }
}

describe('files that claim to be pictures', () => {
  it('are refused, each with a fitting code and a sentence that explains it', async () => {
    const wrong: string[] = [];
    for (const { what, bytes, code } of malformedPictures(bases)) {
      const error = await refusal(bytes);
      const explains = error !== undefined && /^This .*\.$/.test(error.message);
      if (error?.code !== code || !explains) wrong.push(`${what}: ${error?.code} (${error?.message}), not ${code}`);
    }
    expect(wrong).toEqual([]);
  });

  it('are at least 190 different files', async () => {
    const files = malformedPictures(bases);
    const different = new Set(files.map(({ bytes }) => bytes.toString('base64').slice(0, 100_000)));
    expect(different.size).toBeGreaterThanOrEqual(190);
    expect(new Set(files.map(({ what }) => what)).size).toBe(files.length);
  });

  it('get advice when they come from an iPhone', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    expect((await refusal(heic))?.message).toMatch(/HEIC.*iPhone.*JPEG, PNG and WebP.*Most Compatible/s);
  });

  it.each(['JPEG of 20 000', 'PNG of 20 000', 'WebP of 20 000'])('have far too many parts: %s', async (name) => {
    const endless = malformedPictures(bases).find(({ what }) => what.includes(name));
    expect((await refusal(endless?.bytes ?? Buffer.alloc(0)))?.message).toContain('far too many parts');
  });

  it('get an error that says by how much they are too large', async () => {
    const wide = malformedPictures(bases).find(({ what }) => what.includes('one row above 40 megapixels'));
    expect((await refusal(wide?.bytes ?? Buffer.alloc(0)))?.message).toContain('40.1 megapixels (8000 × 5001)');
    expect((await refusal(Buffer.alloc(3 * 1024 * 1024 + 1)))?.message).toContain('3.1 MiB; at most 3 MiB');
  });

  it.each([
    ['GIF89a', 'GIF'],
    ['<svg>', 'SVG'],
    ['<html>', 'web page'],
    ['%PDF-1.7', 'PDF'],
    ['II*\0', 'TIFF'],
    ['BM', 'BMP'],
    ['PK\x03\x04', 'ZIP'],
    ['\0\0\0\x14ftypavif', 'AVIF'],
    ['\0\0\0\x14ftypmp42', 'video'],
  ])('get an error that names their format: %j is a %s', async (beginning, name) => {
    expect((await refusal(Buffer.from(beginning, 'latin1')))?.message).toContain(name);
    expect((await refusal(Buffer.from(beginning, 'latin1')))?.message).toContain('Send a JPEG, PNG or WebP');
  });
});

describe('pictures that other programs read as something else', () => {
  it('keep only the picture', async () => {
    for (const { what, bytes, payload } of polyglots(bases)) {
      const { bytes: cleaned } = await cleanPicture(bytes);
      expect(cleaned.includes(Buffer.from(payload, 'latin1')), what).toBe(false);
      expect((await displayed(cleaned)).pixels.equals((await displayed(bytes)).pixels), what).toBe(true);
    }
  });
});
