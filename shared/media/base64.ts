import { PictureError } from './picture-error.ts';
import { checkBytes } from './picture-limits.ts';

const DATA_URL = /^data:([^;,]{0,100})[^,]{0,100};base64,/i;

/** Standard base64 on one line, padded or not, with or without a data: prefix; checks the size before decoding. */
export function decodePicture(text: string): Uint8Array {
  const digits = withoutPadding(withoutPrefix(text));
  checkBytes(Math.ceil((digits.length * 3) / 4));
  const lastGroup = digits.slice(digits.length - (digits.length % 4));
  const isExact = lastGroup === '' || Buffer.from(lastGroup, 'base64').toString('base64').startsWith(lastGroup);
  const bytes = Buffer.from(digits, 'base64');
  if (!isExact || bytes.length !== Math.floor((digits.length * 3) / 4) || !hasStandardDigits(digits)) {
    throw new PictureError('image_damaged', `${whatItIs(text)} Send the bytes of the picture as standard base64.`);
  }
  return bytes;
}

/** What a program has sent instead of standard base64, as far as it can be told. */
function whatItIs(text: string): string {
  if (/^(https?|file|content|blob|ph):/i.test(text)) return 'This is the address of a picture, which is not fetched.';
  if (/^data:/i.test(text) && !DATA_URL.test(text)) return 'This is a data URL that is not in base64.';
  if (/\s/.test(text)) return 'This is base64 with spaces or line breaks; it has to be on a single line.';
  if (/[-_]/.test(withoutPrefix(text))) return 'This is base64url, with - and _ in place of + and /.';
  return 'This is not base64, or a part of it is missing.';
}

/** Node skips what is no digit, which shows in the length, but takes the other alphabet and cuts wide characters. */
function hasStandardDigits(digits: string): boolean {
  return !digits.includes('-') && !digits.includes('_') && Buffer.byteLength(digits) === digits.length;
}

function withoutPrefix(text: string): string {
  const prefix = DATA_URL.exec(text);
  if (prefix && !/^image\//i.test(prefix[1] ?? '')) {
    throw new PictureError('unsupported_image', 'This data URL holds no picture. Send a JPEG, PNG or WebP picture.');
  }
  return text.slice(prefix?.[0].length ?? 0);
}

/** Padding is optional, but where it stands it must be right. */
function withoutPadding(digits: string): string {
  if (!digits.endsWith('=') || digits.length % 4 !== 0) return digits;
  return digits.slice(0, digits.endsWith('==') ? -2 : -1);
}
