import sharp from 'sharp';

/** A JPEG of about 2 MB with the noise of a real photo, which keeps it from compressing well. */
export function makePhoto({ width, height } = { width: 2000, height: 1500 }): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .jpeg({ quality: 84 })
    .toBuffer();
}
