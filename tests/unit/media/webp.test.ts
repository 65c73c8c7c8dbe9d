import { beforeAll, describe, expect, it } from 'vitest';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture } from '../../support/pictures.ts';
import { CANARY, exifBlock, extendedHeader } from '../../support/pictures-canary.ts';
import { riff, takeWebpApart, webpPart } from '../../support/pictures-parts.ts';

let picture: Buffer;

beforeAll(async () => {
  const parts = takeWebpApart(await makePicture('webp')).parts;
  picture = parts.find(({ type }) => type === 'VP8 ')?.bytes ?? Buffer.alloc(0);
});

function extended(flags: number, ...chunks: Buffer[]): Buffer {
  const header = extendedHeader(picture);
  header.writeUInt8(flags, 8);
  return riff([header, ...chunks]);
}

function profile(): Buffer {
  const bytes = Buffer.alloc(201, 7);
  bytes.writeUInt32BE(201);
  bytes.write('acsp', 36, 'latin1');
  return bytes;
}

function chunksOf(bytes: Uint8Array): string[] {
  return takeWebpApart(Buffer.from(bytes)).parts.map(({ type }) => type);
}

describe('a WebP', () => {
  it('keeps profile, transparency and picture, in this order', () => {
    const alpha = webpPart('ALPH', Buffer.alloc(1 + 40 * 24));
    const { bytes } = cleanPicture(
      extended(0x20, webpPart('ICCP', profile()), alpha, picture, webpPart('XMP ', CANARY)),
    );
    expect(chunksOf(bytes)).toEqual(['VP8X', 'ICCP', 'ALPH', 'VP8 ']);
    expect(bytes[20]).toBe(0x30);
  });

  it('heeds an orientation with and without the prefix of JPEG', () => {
    const prefixed = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock(6)]);
    const plain = cleanPicture(extended(0x08, picture, webpPart('EXIF', exifBlock(6))));
    expect([plain.width, plain.height]).toEqual([24, 40]);
    expect(cleanPicture(extended(0x08, picture, webpPart('EXIF', prefixed)))).toEqual(plain);
  });

  it('ignores what its header does not announce, as viewers do', () => {
    const silent = cleanPicture(extended(0, webpPart('ICCP', profile()), picture, webpPart('EXIF', exifBlock(6))));
    expect(chunksOf(silent.bytes)).toEqual(['VP8X', 'VP8 ']);
    expect(silent.width).toBe(40);
  });

  it('loses flags for what it no longer has', () => {
    const { bytes } = cleanPicture(extended(0x2c, picture));
    expect(bytes[20]).toBe(0);
  });

  it('ignores a profile after the picture and a second one', () => {
    const twice = [webpPart('ICCP', profile()), webpPart('ICCP', Buffer.alloc(300))];
    expect(chunksOf(cleanPicture(extended(0x20, ...twice, picture)).bytes)).toEqual(['VP8X', 'ICCP', 'VP8 ']);
    expect(chunksOf(cleanPicture(extended(0x20, picture, ...twice)).bytes)).toEqual(['VP8X', 'VP8 ']);
  });

  it('stays simple where it is simple', async () => {
    const simple = await makePicture('webp', { variant: 'lossless' });
    expect(Buffer.from(cleanPicture(simple).bytes).equals(simple)).toBe(true);
  });

  it('keeps the transparency of both codings', async () => {
    for (const variant of ['transparent', 'transparent-lossless']) {
      const transparent = await makePicture('webp', { variant });
      const { bytes } = cleanPicture(transparent);
      expect((await displayed(bytes)).pixels.equals((await displayed(transparent)).pixels)).toBe(true);
    }
  });
});
