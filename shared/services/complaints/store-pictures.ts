import { createAccess, removeFile, storeFile } from '#shared/appwrite/media.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import type { StorageDeps } from '#shared/compose.ts';
import type { Picture } from '#shared/media/picture.ts';
import { hasRightPreview } from '#shared/media/preview.ts';

type Deps = Pick<StorageDeps, 'gateway'>;

async function storeAll({ gateway }: Deps, ids: readonly string[], pictures: readonly Picture[]): Promise<void> {
  const stored = await Promise.allSettled(
    pictures.map(({ extension, content: { parts } }, index) => {
      const id = ids[index] ?? '';
      return storeFile(gateway, { id, name: `${id}.${extension}`, parts });
    }),
  );
  for (const outcome of stored) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Stores pictures under these ids in parallel, each with a URL. Maintenance removes the files of a crashed request. */
export async function storePictures(
  deps: Deps,
  ids: readonly string[],
  pictures: readonly Picture[],
): Promise<StoredImage[]> {
  await storeAll(deps, ids, pictures);
  const opened = await Promise.allSettled(
    pictures.map(async (picture, index) => {
      const id = ids[index] ?? '';
      const { type, width, height, content } = picture;
      const preview = hasRightPreview(picture) ? {} : { preview: false };
      return { id, type, width, height, bytes: content.size, ...preview, ...(await createAccess(deps.gateway, id)) };
    }),
  );
  return opened.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** Removes pictures, ignoring errors; maintenance removes the rest. */
export async function discardPictures({ gateway }: Deps, ids: readonly string[]): Promise<void> {
  await Promise.allSettled(ids.map((id) => removeFile(gateway, id)));
}
