import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import { extendedHeader } from './pictures-canary.ts';
import type { Bases, MalformedPicture } from './pictures-malformed.ts';
import { riff, splitWebp, webpPart } from './pictures-parts.ts';

/** WebPs that are cut, inconsistent or animated. */
export function malformedWebps({ webp, lossless }: Bases): MalformedPicture[] {
  const malformed = (what: string, bytes: Buffer, code: PictureErrorCode = 'image_damaged') => ({ what, bytes, code });
  const picture = pictureChunk(webp);
  const still = pictureChunk(lossless);
  const edited = (at: number, value: number) => riff([withByte(picture, 8 + at, value)]);
  const canvas = (at: number, value: number) => riff([withByte(extendedHeader(picture), 8 + at, value), picture]);
  const losslessBits = (bits: number) => {
    const chunk = Buffer.from(still);
    chunk.writeUInt32LE(bits, 9);
    return riff([chunk]);
  };
  return [
    malformed('a WebP cut in half', webp.subarray(0, webp.length / 2)),
    malformed('a WebP without its last byte', Buffer.from(webp.subarray(0, -2))),
    malformed('a WebP head alone', webp.subarray(0, 12)),
    malformed('a WebP whose frame claims 4 GiB', withNumber(webp, 4, 0xffffffff)),
    malformed('a WebP whose frame claims nothing', withNumber(webp, 4, 0)),
    malformed('a WebP chunk longer than the whole', withNumber(webp, 16, webp.length)),
    malformed('a WebP chunk of 4 GiB', withNumber(webp, 16, 0xfffffff0)),
    malformed('a WebP without a picture', riff([extendedHeader(picture)])),
    malformed('a WebP of unknown chunks alone', riff([webpPart('HTML', '<html>')])),
    malformed('a WebP with two pictures', riff([extendedHeader(picture), picture, picture])),
    malformed('a WebP with a picture in each coding', riff([picture, still])),
    malformed('a WebP wider than its canvas', canvas(4, 5)),
    malformed('a WebP lower than its canvas', canvas(8, 5)),
    malformed('a WebP of 16 million columns', canvas(6, 255)),
    malformed('a lossless WebP of 16384 × 16384', losslessBits(0x0fffffff), 'too_many_pixels'),
    malformed('a lossless WebP of version 7', losslessBits(0xe0000000)),
    malformed('a lossless WebP with a wrong start', riff([withByte(still, 8, 0x2e)])),
    malformed('a lossless WebP of five bytes', riff([webpPart('VP8L', still.subarray(8, 13))])),
    malformed('a WebP that is no key frame', edited(0, (picture[8] ?? 0) | 1)),
    malformed('a WebP of version 7', edited(0, (picture[8] ?? 0) | 0x0e)),
    malformed('a WebP that is not to be shown', edited(0, (picture[8] ?? 0) & ~0x10)),
    malformed('a WebP with a wrong start code', edited(3, 0)),
    malformed('a WebP of no width', riff([withSize(picture, 0, 24)])),
    malformed('a WebP of no height', riff([withSize(picture, 40, 0)])),
    malformed('a WebP of 16383 × 16383', riff([withSize(picture, 16_383, 16_383)]), 'too_many_pixels'),
    malformed('a WebP whose first partition is too long', edited(2, 0xff)),
    malformed('a WebP of ten bytes of picture', riff([webpPart('VP8 ', picture.subarray(8, 18))])),
    malformed('a WebP with nine bytes of picture', riff([webpPart('VP8 ', picture.subarray(8, 17))])),
    malformed('an animated WebP', canvas(0, 0x02), 'unsupported_image'),
    malformed(
      'a WebP with a hidden animation',
      riff([picture, webpPart('ANMF', Buffer.alloc(24))]),
      'unsupported_image',
    ),
    malformed('a WebP with a short header', riff([webpPart('VP8X', Buffer.alloc(9)), picture])),
    malformed('a WebP with a long header', riff([webpPart('VP8X', Buffer.alloc(11)), picture])),
    malformed('a WebP with two headers', riff([extendedHeader(picture), extendedHeader(picture), picture])),
    malformed('a WebP with its header last', riff([picture, extendedHeader(picture)])),
    malformed(
      'a WebP with two transparencies',
      riff([extendedHeader(picture), ...Array(2).fill(fullAlpha()), picture]),
    ),
    malformed(
      'a WebP with too little transparency',
      riff([extendedHeader(picture), webpPart('ALPH', '\0abc'), picture]),
    ),
    malformed(
      'a WebP with transparency of kind 3',
      riff([extendedHeader(picture), webpPart('ALPH', '\x03abc'), picture]),
    ),
    malformed('a WebP with empty transparency', riff([extendedHeader(picture), webpPart('ALPH', ''), picture])),
    malformed('a WebP of 20 000 chunks', riff([...Array<Buffer>(20_000).fill(webpPart('priv', '')), picture])),
  ];
}

function pictureChunk(webp: Buffer): Buffer {
  const chunk = splitWebp(webp).parts.find(({ type }) => type.startsWith('VP8') && type !== 'VP8X');
  return Buffer.from(chunk?.bytes ?? Buffer.alloc(0));
}

function fullAlpha(): Buffer {
  return webpPart('ALPH', Buffer.alloc(1 + 40 * 24));
}

function withSize(picture: Buffer, width: number, height: number): Buffer {
  const sized = Buffer.from(picture);
  sized.writeUInt16LE(width, 14);
  sized.writeUInt16LE(height, 16);
  return sized;
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = value;
  return changed;
}

function withNumber(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(value, at);
  return changed;
}
