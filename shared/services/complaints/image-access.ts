import type { StoredComplaint } from '#shared/appwrite/complaints.ts';
import { renewToken, retireAccess } from '#shared/appwrite/media.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import type { StorageDeps } from '#shared/compose.ts';

/** Creates new URLs, for people who may see a hidden complaint. The old URLs still work. */
export function renewAccess(
  { gateway }: Pick<StorageDeps, 'gateway'>,
  images: readonly StoredImage[],
): Promise<StoredImage[]> {
  return Promise.all(
    images.map(async (image) => ({ ...image, ...(await renewToken(gateway, image.id)), private: true })),
  );
}

/**
 * Revokes all older URLs of these pictures; idempotent. False if a token of the row does not exist any more, as after a
 * deletion in the console.
 */
export async function retireOldAccess(
  { gateway }: Pick<StorageDeps, 'gateway'>,
  images: readonly StoredImage[],
): Promise<boolean> {
  const retired = await Promise.all(images.map((image) => retireAccess(gateway, image.id, image.tokenId)));
  return retired.every(Boolean);
}

/** Marks the URLs of a complaint that is shown again as public. */
export function publishAccess(images: readonly StoredImage[]): StoredImage[] {
  return images.map((image) => ({ ...image, private: false }));
}

/**
 * Revokes the URLs of a hidden complaint that may be public. Pictures whose token was public get new URLs first.
 * Returns the pictures as stored afterwards, or undefined if the row has changed meanwhile.
 */
export async function revokeHiddenAccess(
  deps: Pick<StorageDeps, 'gateway' | 'store'>,
  complaint: Pick<StoredComplaint, '$id' | '$createdAt' | '$updatedAt' | '$sequence' | 'images'>,
): Promise<StoredImage[] | undefined> {
  const { images } = complaint;
  if (images.every((image) => image.private) && (await retireOldAccess(deps, images))) return [...images];
  const renewed = await renewAccess(deps, images);
  const replaced = await deps.store.complaints.replace(complaint, { images: JSON.stringify(renewed) });
  if (!replaced) return undefined;
  await retireOldAccess(deps, renewed);
  return renewed;
}

/** Shows the pictures of a complaint to the public again, after it was shown in the console. */
export async function restoreShownAccess(
  { store }: Pick<StorageDeps, 'store'>,
  complaint: Parameters<typeof revokeHiddenAccess>[1],
): Promise<void> {
  await store.complaints.replace(complaint, { images: JSON.stringify(publishAccess(complaint.images)) });
}
