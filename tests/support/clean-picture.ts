import * as product from '#shared/media/picture.ts';

/** The picture as it is stored, with its content in one buffer. */
export async function cleanPicture(sent: Uint8Array) {
  const { content, ...picture } = await product.cleanPicture(sent);
  return { ...picture, bytes: content.slice(0) };
}
