import sharp, { type Sharp } from 'sharp';
import { type Random, seededRandom } from './seeded-random.ts';

export type Format = 'jpeg' | 'png' | 'webp';
export const FORMATS = ['jpeg', 'png', 'webp'] as const;
export const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

export type Recipe = {
  width: number;
  height: number;
  channels: 1 | 3 | 4;
  variant: string;
  profile: boolean;
  seed: number;
};

/** The codings of each format that common devices and programs write. */
export const VARIANTS = {
  jpeg: ['baseline', 'progressive', 'full-colour', 'grey', 'cmyk', 'optimised'],
  png: ['plain', 'indexed', 'interlaced', 'deep', 'grey', 'transparent'],
  webp: ['lossy', 'lossless', 'near-lossless', 'transparent', 'transparent-lossless'],
} as const satisfies Record<Format, readonly [string, ...string[]]>;

/** A picture without metadata, except for a colour profile on request. */
export async function makePicture(format: Format, recipe: Partial<Recipe> = {}): Promise<Buffer> {
  const { width = 40, height = 24, seed = 1, variant = VARIANTS[format][0], profile = false } = recipe;
  const channels = variant.startsWith('transparent') ? 4 : 3;
  const raw = smoothPixels({ width, height, channels }, seededRandom(seed));
  const plain = sharp(raw, { raw: { width, height, channels } });
  const coloured = profile ? plain.withIccProfile('p3') : plain;
  return ENCODERS[format](coloured, variant).toBuffer();
}

export function randomRecipe(format: Format, random: Random): Recipe {
  return {
    width: 1 + random.below(90),
    height: 1 + random.below(90),
    channels: 3,
    variant: random.pick(VARIANTS[format]),
    profile: random.chance(0.5),
    seed: random.below(2 ** 31),
  };
}

/** The pixels as a tolerant viewer shows them: upright, and in one colour space. */
export async function displayed(picture: Uint8Array): Promise<{ width: number; height: number; pixels: Buffer }> {
  const { data, info } = await sharp(picture, { failOn: 'none' })
    .rotate()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

const ENCODERS: Record<Format, (picture: Sharp, variant: string) => Sharp> = {
  jpeg: (picture, variant) => {
    const seen =
      variant === 'grey' ? picture.greyscale() : variant === 'cmyk' ? picture.toColourspace('cmyk') : picture;
    return seen.jpeg({
      progressive: variant === 'progressive',
      mozjpeg: variant === 'optimised',
      chromaSubsampling: variant === 'full-colour' ? '4:4:4' : '4:2:0',
    });
  },
  png: (picture, variant) => {
    const deep = variant === 'deep' ? picture.toColourspace('rgb16') : picture;
    const seen = variant === 'grey' ? deep.greyscale() : deep;
    return seen.png({ palette: variant === 'indexed', progressive: variant === 'interlaced' });
  },
  webp: (picture, variant) =>
    picture.webp({ lossless: variant.endsWith('lossless'), nearLossless: variant === 'near-lossless', quality: 70 }),
};

function smoothPixels(shape: { width: number; height: number; channels: number }, random: Random): Buffer {
  const { width, height, channels } = shape;
  const slopes = Array.from({ length: channels }, () => [random.below(7), random.below(7), random.below(256)] as const);
  const raw = Buffer.alloc(width * height * channels);
  for (let index = 0; index < raw.length; index++) {
    const [across = 1, down = 1, base = 0] = slopes[index % channels] ?? [];
    const pixel = Math.floor(index / channels);
    raw[index] = base + across * (pixel % width) + down * Math.floor(pixel / width) + random.below(9);
  }
  return raw;
}
