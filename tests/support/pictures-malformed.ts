import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import { malformedJpegs } from './pictures-malformed-jpeg.ts';
import { malformedPngs } from './pictures-malformed-png.ts';
import { malformedWebps } from './pictures-malformed-webp.ts';
import { otherFormats } from './pictures-other-formats.ts';

/** A file that is described by `what`, and the code of its refusal. */
export type MalformedPicture = { what: string; bytes: Buffer; code: PictureErrorCode };
export type Bases = { jpeg: Buffer; progressive: Buffer; png: Buffer; indexed: Buffer; webp: Buffer; lossless: Buffer };

/** Files that claim to be pictures and must be refused. */
export function malformedPictures(bases: Bases): MalformedPicture[] {
  return [...malformedJpegs(bases), ...malformedPngs(bases), ...malformedWebps(bases), ...otherFormats(bases)];
}
