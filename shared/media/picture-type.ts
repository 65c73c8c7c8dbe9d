import { PictureError, unsupported } from './picture-error.ts';

export type PictureFormat = 'jpeg' | 'png' | 'webp';

const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1', 'mif2']);
const AVIF_BRANDS = new Set(['avif', 'avis', 'avio']);

const HEIC_MESSAGE =
  'This is a HEIC photo, as iPhones take them, which many devices cannot show. Accepted are JPEG, PNG and WebP. ' +
  'On the iPhone choose Settings > Camera > Formats > "Most Compatible" for new photos; ' +
  'for this one, export it as JPEG (in Files: long press > Quick Actions > Convert Image) and send that.';

const PICTURE_STARTS: ReadonlyArray<[start: string, format: PictureFormat]> = [
  ['\xff\xd8\xff', 'jpeg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
];

const OTHER_STARTS: ReadonlyArray<[start: string, what: string]> = [
  ['GIF8', 'a GIF'],
  ['BM', 'a BMP picture'],
  ['II*\0', 'a TIFF or camera raw file'],
  ['MM\0*', 'a TIFF or camera raw file'],
  ['II+\0', 'a TIFF file'],
  ['MM\0+', 'a TIFF file'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
  ['\0\0\0\x0cjP  ', 'a JPEG 2000 picture'],
  ['\xff\x4f\xff\x51', 'a JPEG 2000 picture'],
  ['8BPS', 'a Photoshop document'],
  ['\0\0\x01\0', 'an icon file'],
  ['\x8aMNG', 'an MNG animation'],
  ['\x8bJNG', 'a JNG picture'],
  ['%PDF-', 'a PDF document'],
  ['%!PS', 'a PostScript document'],
  ['PK\x03\x04', 'a ZIP archive or an office document'],
  ['PK\x05\x06', 'a ZIP archive'],
  ['Rar!', 'a RAR archive'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  ['\x1f\x8b', 'a gzip archive'],
  ['MZ', 'a Windows program'],
  ['\x7fELF', 'a program'],
  ['\xca\xfe\xba\xbe', 'a program'],
  ['#!', 'a script'],
  ['<?php', 'a script'],
  ['RIFF', 'a sound or video file'],
  ['\x1aE\xdf\xa3', 'a video'],
  ['OggS', 'a sound or video file'],
  ['ID3', 'a sound file'],
];

/** Detects the format by content alone. Throws PictureError, which names what was sent instead. */
export function pictureFormat(bytes: Buffer): PictureFormat {
  const head = bytes.toString('latin1', 0, 16);
  const picture = PICTURE_STARTS.find(([start]) => head.startsWith(start));
  if (picture) return picture[1];
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (head.startsWith('ftyp', 4)) throw isoMedia(bytes);
  const other = OTHER_STARTS.find(([start]) => head.startsWith(start));
  throw other ? unsupported(other[1]) : markup(bytes);
}

function isoMedia(bytes: Buffer): PictureError {
  const brands = bytes.toString('latin1', 8, Math.min(bytes.readUInt32BE(0), 64)).match(/[\s\S]{4}/g) ?? [];
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return unsupported('an AVIF picture');
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return new PictureError('unsupported_image', HEIC_MESSAGE);
  if (brands.some((brand) => brand.startsWith('crx'))) return unsupported('a camera raw file');
  return unsupported('a video');
}

function markup(bytes: Buffer): PictureError {
  const text = bytes.toString('latin1', 0, 1024).replaceAll('\0', '').toLowerCase();
  if (text.includes('<svg')) return unsupported('an SVG drawing');
  if (/<!doctype html|<html|<head|<body|<script/.test(text)) return unsupported('a web page');
  if (text.includes('%pdf-')) return unsupported('a PDF document');
  if (text.includes('<?xml')) return unsupported('an XML document');
  return unsupported('no kind of picture that can be shown here');
}
