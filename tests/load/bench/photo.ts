import sharp from 'sharp';

/** A photo, of about 2 MB as it comes, with the noise of a real one; large files compress badly, and so does this. */
export function makePhoto({ width, height } = { width: 2000, height: 1500 }): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .jpeg({ quality: 84 })
    .toBuffer();
}
