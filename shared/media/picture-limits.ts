import { damaged, PictureError } from './picture-error.ts';

/** Maximum number of bytes of one picture, as sent and as stored. */
export const MAX_PICTURE_BYTES = 3 * 1024 * 1024;

/** Width times height, as the file's own header states it. */
export const MAX_PICTURE_PIXELS = 40_000_000;

export function checkBytes(bytes: number): void {
  if (bytes === 0) throw new PictureError('image_empty', 'This file is empty. Send a JPEG, PNG or WebP picture.');
  if (bytes > MAX_PICTURE_BYTES) {
    const mebibytes = (Math.ceil((bytes / 1024 / 1024) * 10) / 10).toFixed(1);
    throw new PictureError(
      'image_too_large',
      `This picture has ${mebibytes} MiB; at most 3 MiB are accepted. Send it in a smaller size.`,
    );
  }
}

export function checkPixels(width: number, height: number): void {
  if (width === 0 || height === 0) throw damaged('it says that it has no width or no height');
  if (width * height > MAX_PICTURE_PIXELS) {
    const megapixels = Math.ceil((width * height) / 100_000) / 10;
    throw new PictureError(
      'too_many_pixels',
      `This picture has ${megapixels} megapixels (${width} × ${height}); at most 40 are accepted. Send it in a smaller size.`,
    );
  }
}
