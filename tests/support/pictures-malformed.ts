import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import { lyingJpegs } from './pictures-malformed-jpeg.ts';
import { lyingPngs } from './pictures-malformed-png.ts';
import { lyingWebps } from './pictures-malformed-webp.ts';
import { strangers } from './pictures-other-formats.ts';

/** `what` the file is, and the code with which it must be refused. */
export type Liar = { what: string; bytes: Buffer; code: PictureErrorCode };
export type Bases = { jpeg: Buffer; progressive: Buffer; png: Buffer; indexed: Buffer; webp: Buffer; lossless: Buffer };

/** Files that claim to be pictures and must be refused. */
export function lyingFiles(bases: Bases): Liar[] {
  return [...lyingJpegs(bases), ...lyingPngs(bases), ...lyingWebps(bases), ...strangers(bases)];
}
