import type { Orientation } from './exif-orientation.ts';
import type { Pieces } from './pieces.ts';

export type Dimensions = { width: number; height: number };

/** What every format's cleaner hands back; dimensions as displayed. */
export type Cleaned = Dimensions & { content: Pieces };

/** Swaps the stored dimensions for the orientations that turn by a quarter. */
export function asDisplayed({ width, height }: Dimensions, orientation: Orientation): Dimensions {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
