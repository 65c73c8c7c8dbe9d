import { nextTurn } from '#shared/domain/clock.ts';
import { MAX_IMAGES_PER_REQUEST } from '#shared/domain/ids.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { decodePicture } from '#shared/media/base64.ts';
import { cleanPicture, type Picture } from '#shared/media/picture.ts';
import { PictureError } from '#shared/media/picture-error.ts';

/** A picture as sent: bytes, or base64 text. `field` is its name in a refusal. */
export type Upload = { field: string; content: Uint8Array | string };

function refusalOf(error: PictureError, field: string): Refusal {
  const errors = [{ field, code: error.code, message: error.message }];
  switch (error.code) {
    case 'unsupported_image':
      return new Refusal('unsupported_image', `${field}: ${error.message}`, { errors });
    case 'image_too_large':
    case 'too_many_pixels':
      return new Refusal('image_too_large', `${field}: ${error.message}`, { errors });
    default:
      return new Refusal('invalid_fields', `${field}: ${error.message}`, { errors });
  }
}

/** Cleans the pictures of a request for storage. 413, 415 or 422 for the first invalid one. */
export async function readPictures(uploads: readonly Upload[]): Promise<Picture[]> {
  if (uploads.length === 0) return [];
  if (uploads.length > MAX_IMAGES_PER_REQUEST)
    throw invalidField('images', 'too_many', `must have at most ${MAX_IMAGES_PER_REQUEST} entries`);
  const pictures: Picture[] = [];
  for (const { field, content } of uploads) {
    try {
      const bytes = typeof content === 'string' ? decodePicture(content) : content;
      // Lets other requests run, since a large picture takes milliseconds.
      await nextTurn();
      pictures.push(await cleanPicture(bytes));
    } catch (error) {
      throw error instanceof PictureError ? refusalOf(error, field) : error;
    }
  }
  return pictures;
}
