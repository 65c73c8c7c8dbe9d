import { cleanJpeg } from './jpeg.ts';
import type { Orientation } from './orientation.ts';
import { truncated } from './picture-error.ts';
import { checkBytes } from './picture-limits.ts';
import { type PictureFormat, pictureFormat } from './picture-type.ts';
import type { Pieces } from './pieces.ts';
import { cleanPng } from './png.ts';
import { cleanWebp } from './webp.ts';

/** `width` and `height` are as displayed: swapped where the orientation turns the picture by a quarter. */
export type Picture = {
  type: 'image/jpeg' | 'image/png' | 'image/webp';
  extension: 'jpg' | 'png' | 'webp';
  width: number;
  height: number;
  orientation: Orientation;
  /** Views of the bytes that were sent, which must not change afterwards. */
  content: Pieces;
};

const KINDS = {
  jpeg: { type: 'image/jpeg', extension: 'jpg', clean: cleanJpeg },
  png: { type: 'image/png', extension: 'png', clean: cleanPng },
  webp: { type: 'image/webp', extension: 'webp', clean: cleanWebp },
} as const satisfies Record<PictureFormat, unknown>;

/**
 * Rebuilds a picture with the same pixels, without position, device, texts, thumbnail or trailing bytes. Throws only
 * PictureError.
 */
export async function cleanPicture(bytes: Uint8Array): Promise<Picture> {
  checkBytes(bytes.length);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    const { type, extension, clean } = KINDS[pictureFormat(source)];
    const cleaned = await clean(source);
    checkBytes(cleaned.content.size);
    return { type, extension, ...cleaned };
  } catch (error) {
    // Buffer's readers throw RangeError past the end, which means that the file is cut.
    throw error instanceof RangeError ? truncated() : error;
  }
}
