import { cleanJpeg } from './jpeg.ts';
import { asDisplayed, type Orientation } from './orientation.ts';
import { cutShort } from './picture-error.ts';
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
  /** Views of the bytes that were sent, which therefore have to stay as they are. */
  content: Pieces;
};

const KINDS = {
  jpeg: { type: 'image/jpeg', extension: 'jpg', clean: cleanJpeg },
  png: { type: 'image/png', extension: 'png', clean: cleanPng },
  webp: { type: 'image/webp', extension: 'webp', clean: cleanWebp },
} as const satisfies Record<PictureFormat, unknown>;

/**
 * The same pixels without anything that tells on the sender: no position, device, text, thumbnail or trailing bytes.
 * Throws nothing but PictureError.
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
    // Buffer's readers throw RangeError past the end: that is how a cut file shows.
    throw error instanceof RangeError ? cutShort() : error;
  }
}

/** Pixels across of the previews that answers link to. */
export const PREVIEW_WIDTH = 320;
/** As high as Appwrite lets a preview be asked for. */
const MOST_PREVIEW_HEIGHT = 4_000;

/**
 * Whether Appwrite's preview shows the picture as it is. 1.9.6 scales, then turns orientations 3, 6 and 8 of JPEG
 * pictures, and mirrors none (recorded answers previews-091 to 114; other formats with an orientation were not
 * recorded). It answers 500 where a very wide or narrow picture would be scaled to no height or a huge one
 * (previews-055 and 058).
 */
export function hasRightPreview({ type, orientation, width, height }: Omit<Picture, 'content' | 'extension'>): boolean {
  const turned = orientation === 1 || (type === 'image/jpeg' && [3, 6, 8].includes(orientation));
  const stored = asDisplayed({ width, height }, orientation);
  const scaledHeight = (PREVIEW_WIDTH * stored.height) / stored.width;
  return turned && scaledHeight >= 1 && scaledHeight <= MOST_PREVIEW_HEIGHT;
}
