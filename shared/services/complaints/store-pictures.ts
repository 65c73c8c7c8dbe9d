import { createAccess, storeFile } from '#shared/appwrite/media.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { imageFileId } from '#shared/domain/ids.ts';
import type { Picture } from '#shared/media/picture.ts';

async function storePicture({ gateway }: Deps, id: string, picture: Picture): Promise<StoredImage> {
  const { type, extension, width, height, bytes } = picture;
  await storeFile(gateway, { id, name: `${id}.${extension}`, bytes });
  const token = await createAccess(gateway, id);
  return { id, type, width, height, bytes: bytes.byteLength, token };
}

/** Stores the pictures of a complaint that is about to be, all at once. What a crash leaves behind, media-cleanup finds. */
export function storePictures(deps: Deps, complaintId: string, pictures: readonly Picture[]): Promise<StoredImage[]> {
  return Promise.all(pictures.map((picture, index) => storePicture(deps, imageFileId(complaintId, index), picture)));
}
