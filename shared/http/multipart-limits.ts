import { MAX_PICTURE_BYTES } from '#shared/media/picture-limits.ts';

/** Sizes in bytes. `parts` counts ignored empty file parts too. */
export type MultipartLimits = {
  body: number;
  parts: number;
  fieldSize: number;
  fileSize: number;
  headerSize: number;
  headerLines: number;
  nameSize: number;
};

export const MULTIPART_LIMITS: MultipartLimits = {
  body: 10 * 1024 * 1024,
  parts: 24,
  fieldSize: 64 * 1024,
  fileSize: MAX_PICTURE_BYTES,
  headerSize: 4 * 1024,
  headerLines: 8,
  nameSize: 100,
};
