import type { StoredComplaint } from '#shared/appwrite/complaints.ts';
import { createAccess, retireAccess } from '#shared/appwrite/media.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';

export type Renewed = { images: StoredImage[]; retireOld(): Promise<void> };

/** New URLs for a complaint's pictures, so that the old ones can die when it is hidden. */
export async function renewImageTokens(deps: Deps, complaint: StoredComplaint): Promise<Renewed | undefined> {
  if (complaint.images.length === 0) return undefined;
  const images = await Promise.all(
    complaint.images.map(async (image) => ({ ...image, token: await createAccess(deps.gateway, image.id) })),
  );
  const retireOld = async () => {
    await Promise.all(images.map((image) => retireAccess(deps.gateway, image.id, image.token)));
  };
  return { images, retireOld };
}
