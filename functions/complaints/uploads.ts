import type { FormFile } from '#shared/http/multipart.ts';
import type { Upload } from '#shared/services/complaints/read-pictures.ts';

/** The most bytes that Appwrite accepts through a function domain. */
export const MAX_FORM_BYTES = 12 * 1024 * 1024;

/** The pictures of a form, or of `images` in a JSON body. */
export function uploadsOf(files: readonly FormFile[], images: readonly string[] | null | undefined): Upload[] {
  if (files.length > 0) return files.map(({ field, bytes }) => ({ field, content: bytes }));
  return (images ?? []).map((content, index) => ({ field: `images.${index}`, content }));
}
