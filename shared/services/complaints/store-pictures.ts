import { createAccess, storeFile } from '#shared/appwrite/media.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { imageFileId } from '#shared/domain/ids.ts';
import type { Picture } from '#shared/media/picture.ts';

/** Stores the pictures of a complaint that is about to be, side by side. What a crash leaves behind, media-cleanup finds. */
export async function storePictures(
  { gateway }: Deps,
  complaintId: string,
  pictures: readonly Picture[],
): Promise<StoredImage[]> {
  const files = pictures.map((picture, index) => ({ ...picture, id: imageFileId(complaintId, index) }));
  await Promise.all(
    files.map(({ id, extension, bytes }) => storeFile(gateway, { id, name: `${id}.${extension}`, bytes })),
  );
  return Promise.all(
    files.map(async ({ id, type, width, height, bytes }) => {
      return { id, type, width, height, bytes: bytes.byteLength, ...(await createAccess(gateway, id)) };
    }),
  );
}
