import * as product from '#shared/media/picture.ts';

/** What is stored of a picture, its bytes in one. */
export async function cleanPicture(sent: Uint8Array) {
  const { content, ...picture } = await product.cleanPicture(sent);
  return { ...picture, bytes: content.slice(0) };
}
