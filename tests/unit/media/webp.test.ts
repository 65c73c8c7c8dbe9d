import { beforeAll, describe, expect, it } from 'vitest';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture } from '../../support/pictures.ts';
import { CANARY, exifBlock, extendedHeader } from '../../support/pictures-canary.ts';
import { riff, splitWebp, webpPart } from '../../support/pictures-parts.ts';
import { colourProfile } from '../../support/pictures-profile.ts';

const PROFILE = colourProfile();

let picture: Buffer;

beforeAll(async () => {
  const parts = splitWebp(await makePicture('webp')).parts;
  picture = parts.find(({ type }) => type === 'VP8 ')?.bytes ?? Buffer.alloc(0);
});

function extended(flags: number, ...chunks: Buffer[]): Buffer {
  const header = extendedHeader(picture);
  header.writeUInt8(flags, 8);
  return riff([header, ...chunks]);
}

function chunksOf(bytes: Uint8Array): string[] {
  return splitWebp(Buffer.from(bytes)).parts.map(({ type }) => type);
}

describe('a WebP', () => {
  it('keeps profile, transparency and picture, in this order', async () => {
    const alpha = webpPart('ALPH', Buffer.alloc(1 + 40 * 24));
    const { bytes } = await cleanPicture(
      extended(0x20, webpPart('ICCP', PROFILE), alpha, picture, webpPart('XMP ', CANARY)),
    );
    expect(chunksOf(bytes)).toEqual(['VP8X', 'ICCP', 'ALPH', 'VP8 ']);
    expect(bytes[20]).toBe(0x30);
  });

  it('uses an orientation with and without the prefix of JPEG', async () => {
    const prefixed = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock(6)]);
    const plain = await cleanPicture(extended(0x08, picture, webpPart('EXIF', exifBlock(6))));
    expect([plain.width, plain.height]).toEqual([24, 40]);
    expect(await cleanPicture(extended(0x08, picture, webpPart('EXIF', prefixed)))).toEqual(plain);
  });

  it('ignores chunks that its header does not announce, as viewers do', async () => {
    const silent = await cleanPicture(extended(0, webpPart('ICCP', PROFILE), picture, webpPart('EXIF', exifBlock(6))));
    expect(chunksOf(silent.bytes)).toEqual(['VP8X', 'VP8 ']);
    expect(silent.width).toBe(40);
  });

  it('loses the flags of chunks that were removed', async () => {
    const { bytes } = await cleanPicture(extended(0x2c, picture));
    expect(bytes[20]).toBe(0);
  });

  it('ignores a profile after the picture and a second one', async () => {
    const twice = [webpPart('ICCP', PROFILE), webpPart('ICCP', Buffer.alloc(300))];
    expect(chunksOf((await cleanPicture(extended(0x20, ...twice, picture))).bytes)).toEqual(['VP8X', 'ICCP', 'VP8 ']);
    expect(chunksOf((await cleanPicture(extended(0x20, picture, ...twice))).bytes)).toEqual(['VP8X', 'VP8 ']);
  });

  it.each(['XMP\0', '\0\0\0\0', '\xff\n1 ', '    '])('may name a chunk by any four bytes: %j', async (name) => {
    const named = extended(0, picture, webpPart(name, CANARY));
    const { bytes } = await cleanPicture(named);
    expect(bytes.includes(CANARY)).toBe(false);
    expect((await displayed(bytes)).pixels.equals((await displayed(named)).pixels)).toBe(true);
  });

  it('loses bytes after uncompressed transparency in its chunk', async () => {
    const alpha = Buffer.concat([Buffer.alloc(1 + 40 * 24, 0), Buffer.from(CANARY)]);
    const { bytes } = await cleanPicture(extended(0x10, webpPart('ALPH', alpha), picture));
    expect(bytes.includes(CANARY)).toBe(false);
    expect(chunksOf(bytes)).toEqual(['VP8X', 'ALPH', 'VP8 ']);
  });

  it('stays in the simple format if it was', async () => {
    const simple = await makePicture('webp', { variant: 'lossless' });
    expect(Buffer.from((await cleanPicture(simple)).bytes).equals(simple)).toBe(true);
  });

  it('keeps the transparency in both codings', async () => {
    for (const variant of ['transparent', 'transparent-lossless']) {
      const transparent = await makePicture('webp', { variant });
      const { bytes } = await cleanPicture(transparent);
      expect((await displayed(bytes)).pixels.equals((await displayed(transparent)).pixels)).toBe(true);
    }
  });
});
