import { nextTurn } from '#shared/domain/clock.ts';
import { MAX_IMAGES } from '#shared/domain/ids.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import type { Upload } from '#shared/http/body.ts';
import type { Picture } from '#shared/media/picture.ts';
import type { PictureError } from '#shared/media/picture-error.ts';

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

/** The pictures of a request, ready to be stored; throws 413, 415 or 422 for the first that is not one. Loads the code for it only now. */
export async function readPictures(uploads: readonly Upload[]): Promise<Picture[]> {
  const sent = uploads.filter((upload) => upload.named || upload.content.length > 0);
  if (sent.length === 0) return [];
  if (sent.length > MAX_IMAGES) throw invalidField('images', 'too_many', `must have at most ${MAX_IMAGES} entries`);
  const [{ cleanPicture }, { decodePicture }, { PictureError }] = await Promise.all([
    import('#shared/media/picture.ts'),
    import('#shared/media/base64.ts'),
    import('#shared/media/picture-error.ts'),
  ]);
  const pictures: Picture[] = [];
  for (const { field, content } of sent) {
    try {
      const bytes = typeof content === 'string' ? decodePicture(content) : content;
      // Other requests get their turn in between: a large picture takes milliseconds.
      await nextTurn();
      pictures.push(cleanPicture(bytes));
    } catch (error) {
      throw error instanceof PictureError ? refusalOf(error, field) : error;
    }
  }
  return pictures;
}
