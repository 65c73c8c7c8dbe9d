import { createAccess, retireAccess } from '#shared/appwrite/media.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';

/** The same pictures under new URLs, which only those learn who may see a hidden complaint. The old URLs still open. */
export function renewAccess(deps: Pick<Deps, 'gateway'>, images: readonly StoredImage[]): Promise<StoredImage[]> {
  return Promise.all(
    images.map(async (image) => ({ ...image, ...(await createAccess(deps.gateway, image.id)), private: true })),
  );
}

/** Ends all older URLs of these pictures; doing it again is harmless. */
export async function retireOldAccess(deps: Pick<Deps, 'gateway'>, images: readonly StoredImage[]): Promise<void> {
  await Promise.all(images.map((image) => retireAccess(deps.gateway, image.id, image.tokenId)));
}

/** The pictures of a complaint that is shown again: their URLs are public from now on. */
export function publishAccess(images: readonly StoredImage[]): StoredImage[] {
  return images.map((image) => ({ ...image, private: false }));
}
