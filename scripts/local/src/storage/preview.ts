import type { Sharp } from 'sharp';
import { ApiError, invalidParam } from '../http/errors.ts';

export type PreviewOptions = {
  width: number;
  height: number;
  quality: number;
  output: string;
  background: string;
  rotation: number;
};

const outputs: Record<string, { format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif'; type: string }> = {
  jpg: { format: 'jpeg', type: 'image/jpeg' },
  jpeg: { format: 'jpeg', type: 'image/jpeg' },
  png: { format: 'png', type: 'image/png' },
  webp: { format: 'webp', type: 'image/webp' },
  avif: { format: 'avif', type: 'image/avif' },
  gif: { format: 'gif', type: 'image/gif' },
};

export function readPreviewOptions(query: Record<string, unknown>): PreviewOptions {
  const output = String(query.output ?? '');
  if (output !== '' && !outputs[output])
    throw invalidParam('output', `Value must be one of (${Object.keys(outputs).join(', ')})`);
  return {
    width: number(query, 'width', { least: 0, most: 4000, fallback: 0 }),
    height: number(query, 'height', { least: 0, most: 4000, fallback: 0 }),
    quality: number(query, 'quality', { least: -1, most: 100, fallback: -1 }),
    rotation: number(query, 'rotation', { least: -360, most: 360, fallback: 0 }),
    background: String(query.background ?? ''),
    output,
  };
}

function number(
  query: Record<string, unknown>,
  name: string,
  range: { least: number; most: number; fallback: number },
): number {
  const value = query[name] === undefined || query[name] === '' ? range.fallback : Number(query[name]);
  if (Number.isInteger(value) && value >= range.least && value <= range.most) return value;
  throw invalidParam(name, `Value must be a valid range between ${range.least} and ${range.most}`);
}

/** A picture scaled and cropped to the wanted size; what is no picture becomes a grey square. */
export async function makePreview(file: { name: string; mimeType: string; bytes: Buffer }, options: PreviewOptions) {
  const extension = file.name.split('.').pop()?.toLowerCase() ?? '';
  const output = outputs[options.output || extension] ?? { format: 'jpeg' as const, type: 'image/jpeg' };
  const image = await open(file);
  const { width, height, quality, background, rotation } = options;
  if (width > 0 || height > 0) image.resize(width || null, height || null, { fit: 'cover', position: 'centre' });
  if (rotation !== 0) image.rotate((rotation + 360) % 360);
  if (background !== '') image.flatten({ background: `#${background}` });
  try {
    const bytes = await image.toFormat(output.format, quality < 0 ? {} : { quality: Math.max(1, quality) }).toBuffer();
    return { bytes, type: output.type };
  } catch (error) {
    throw new ApiError('storage_file_type_unsupported', error instanceof Error ? error.message : undefined);
  }
}

async function open({ mimeType, bytes }: { mimeType: string; bytes: Buffer }): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  if (/^image\/(jpeg|png|webp|gif|heic)$/.test(mimeType)) return sharp(bytes);
  return sharp({ create: { width: 512, height: 512, channels: 3, background: '#eceff1' } });
}
