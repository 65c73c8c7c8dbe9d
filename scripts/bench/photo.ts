import sharp from 'sharp';
import { cleanPicture } from '#shared/media/picture.ts';
import { median } from './statistics.ts';

/** A photo, of about 2 MB as it comes, with the noise of a real one; large files compress badly, and so does this. */
export function makePhoto({ width, height } = { width: 2000, height: 1500 }): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .jpeg({ quality: 84 })
    .toBuffer();
}

/** Milliseconds to check and clean that photo, without any request around it. */
export async function pictureMs(): Promise<number> {
  const photo = await makePhoto();
  const times = Array.from({ length: 15 }, () => {
    const from = performance.now();
    cleanPicture(photo);
    return performance.now() - from;
  });
  return median(times);
}
