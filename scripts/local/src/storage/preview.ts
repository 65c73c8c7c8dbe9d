import type { Sharp } from 'sharp';
import { ApiError, invalidParam } from '../http/errors.ts';

/** The parameters of a preview; a side of 0 follows from the other one. */
export type PreviewOptions = {
  width: number;
  height: number;
  gravity: string;
  quality: number;
  output: string;
  background: string;
  rotation: number;
};

export type Preview = { bytes: Buffer; type: string };

type Query = Record<string, unknown>;
type Format = 'jpeg' | 'png' | 'webp' | 'gif';

const formats: Readonly<Record<string, Format>> = { jpg: 'jpeg', jpeg: 'jpeg', png: 'png', webp: 'webp', gif: 'gif' };
/** Known to Appwrite, but 500 on the recorded installation (previews-138, 139 and the like). */
const unsupportedOutputs = ['heic', 'avif'];
/** Gravity in sharp's words. */
const positions: Readonly<Record<string, string>> = {
  center: 'centre',
  'top-left': 'northwest',
  top: 'north',
  'top-right': 'northeast',
  left: 'west',
  right: 'east',
  'bottom-left': 'southwest',
  bottom: 'south',
  'bottom-right': 'southeast',
};
/** Degrees by which a picture is turned, by EXIF orientation; mirrored ones are not turned. */
const rotationByOrientation: Readonly<Record<number, number>> = { 3: 180, 6: 90, 8: 270 };
const longestSide = 16_000;
const placeholder = { width: 1200, height: 800, channels: 3, background: '#ffffff' } as const;

/** Reads and checks the parameters; an empty one is invalid too. */
export function readPreviewOptions(query: Query): PreviewOptions {
  const options = {
    width: number(query, 'width', [0, 4000], 0),
    height: number(query, 'height', [0, 4000], 0),
    gravity: oneOf(query, 'gravity', Object.keys(positions)) ?? 'center',
    quality: number(query, 'quality', [-1, 100], -1),
    rotation: number(query, 'rotation', [-360, 360], 0),
    background: colour(query, 'background'),
    output: oneOf(query, 'output', [...Object.keys(formats), ...unsupportedOutputs]) ?? '',
  };
  refuseDecorations(query);
  return options;
}

function number(query: Query, name: string, [least, most]: [number, number], fallback: number): number {
  const given = query[name];
  if (given === undefined) return fallback;
  if (/^-?\d+$/.test(String(given)) && Number(given) >= least && Number(given) <= most) return Number(given);
  throw invalidParam(name, `Value must be a valid range between ${least} and ${most}`);
}

function oneOf(query: Query, name: string, values: readonly string[]): string | undefined {
  const given = query[name];
  if (given === undefined || values.includes(String(given))) return given as string | undefined;
  throw invalidParam(name, `Value must be one of (${values.join(', ')})`);
}

function colour(query: Query, name: string): string {
  const { [name]: given = '' } = query;
  if (query[name] === undefined || /^([0-9a-f]{3}){1,2}$/i.test(String(given))) return String(given);
  throw invalidParam(name, 'Value must be a valid HEX color');
}

/** Checks borders, rounded corners and opacity as Appwrite does; throws 501 where they would have to be drawn. */
function refuseDecorations(query: Query): void {
  const borderWidth = number(query, 'borderWidth', [0, 100], 0);
  const borderColor = colour(query, 'borderColor');
  const borderRadius = number(query, 'borderRadius', [0, 4000], 0);
  const { opacity = '1' } = query;
  if (!/^(0|1|0?\.\d+|[01]\.0*)$/.test(String(opacity))) {
    throw invalidParam('opacity', 'Value must be a valid range between 0 and 1');
  }
  if (borderWidth > 0 && borderColor === '') throw new ApiError('general_unknown', 'A border needs a colour.');
  if (borderWidth === 0 && borderRadius === 0 && Number(opacity) === 1) return;
  throw new ApiError(
    'general_not_implemented_locally',
    'The local Appwrite does not draw borders, rounded corners or opacity.',
  );
}

/**
 * Scales and crops a picture, then turns it by `rotation` and its EXIF orientation. Other files give a white picture of
 * 1200 x 800, scaled alike, as PNG by default.
 */
export async function makePreview(
  file: { name: string; mimeType: string; bytes: Buffer },
  options: PreviewOptions,
): Promise<Preview> {
  if (unsupportedOutputs.includes(options.output))
    throw new ApiError('general_unknown', `Cannot encode ${options.output}.`);
  const extension = file.name.split('.').pop()?.toLowerCase() ?? '';
  const drawable = /^image\/(jpeg|png|webp|gif|heic)$/.test(file.mimeType);
  const format = formats[options.output || (drawable ? extension : 'png')] ?? 'jpeg';
  const { default: sharp } = await import('sharp');
  const image = drawable ? sharp(file.bytes, { failOn: 'none' }) : sharp({ create: placeholder });
  try {
    const { width, height, orientation = 1 } = await image.metadata();
    const scaled = options.width > 0 || options.height > 0 ? scale(image, { width, height }, options) : image;
    const angle = (options.rotation + (rotationByOrientation[orientation] ?? 0) + 360) % 360;
    const turned = angle === 0 ? scaled : sharp(await scaled.png().toBuffer()).rotate(angle);
    if (options.background !== '') turned.flatten({ background: `#${options.background}` });
    const quality = options.quality < 0 ? {} : { quality: Math.max(1, options.quality) };
    return { bytes: await turned.toFormat(format, quality).toBuffer(), type: `image/${format}` };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError('storage_file_type_unsupported', error instanceof Error ? error.message : undefined);
  }
}

/**
 * A side that is not given follows from the other one. A side that rounds to 0 is 500 (previews-055), as is one above
 * 16,000 pixels.
 */
function scale(image: Sharp, from: { width: number; height: number }, wanted: PreviewOptions): Sharp {
  const aspect = from.width / from.height;
  const width = wanted.width || wanted.height * aspect;
  const height = wanted.height || wanted.width / aspect;
  if (Math.round(Math.min(width, height)) < 1 || Math.max(width, height) > longestSide) {
    throw new ApiError('general_unknown', `Cannot scale a picture to ${width} x ${height}.`);
  }
  const [columns, rows] = [width, height].map((side) => Math.max(1, Math.floor(side)));
  return image.resize(columns, rows, { fit: 'cover', position: positions[wanted.gravity] ?? 'centre' });
}
