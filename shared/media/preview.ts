import { asDisplayed } from './orientation.ts';
import type { Picture } from './picture.ts';

/** The width in pixels of the previews that answers link to. */
export const PREVIEW_WIDTH = 320;
/** The largest height of a preview that Appwrite accepts. */
const MAX_PREVIEW_HEIGHT = 4_000;

/**
 * Whether Appwrite's preview shows the picture as it is. 1.9.6 scales, then turns orientations 3, 6 and 8 of JPEG, and
 * mirrors none (recorded: previews-091 to 114; other formats were not recorded). It answers 500 when a very wide or
 * narrow picture would get no height or a huge one (previews-055 and 058).
 */
export function hasRightPreview({
  type,
  orientation,
  width,
  height,
}: Pick<Picture, 'type' | 'orientation' | 'width' | 'height'>): boolean {
  const turned = orientation === 1 || (type === 'image/jpeg' && [3, 6, 8].includes(orientation));
  const stored = asDisplayed({ width, height }, orientation);
  const scaledHeight = (PREVIEW_WIDTH * stored.height) / stored.width;
  return turned && scaledHeight >= 1 && scaledHeight <= MAX_PREVIEW_HEIGHT;
}
