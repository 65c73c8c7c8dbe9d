import { PictureError } from './picture-error.ts';
import { checkBytes } from './picture-limits.ts';

const DATA_URL = /^data:([^;,]{0,100})([^,]{0,100}),/i;

/**
 * Decodes a picture in standard base64 on one line, padded or not, with or without a prefix such as
 * `data:image/png;base64,`. The prefix may name any picture type: the content decides. Checks the size before it
 * decodes. Throws PictureError that says what a program has to send.
 */
export function decodePicture(text: string): Uint8Array {
  const digits = withoutPadding(withoutPrefix(text));
  checkBytes(Math.ceil((digits.length * 3) / 4));
  const lastGroup = digits.slice(digits.length - (digits.length % 4));
  const isExact = lastGroup === '' || Buffer.from(lastGroup, 'base64').toString('base64').startsWith(lastGroup);
  const bytes = Buffer.from(digits, 'base64');
  if (!isExact || bytes.length !== Math.floor((digits.length * 3) / 4) || !hasStandardDigits(digits)) {
    throw unreadable(digits);
  }
  return bytes;
}

/**
 * Whether all digits are standard. Buffer skips characters that are not base64, which shows in the length, but it
 * accepts the URL-safe alphabet and truncates wide characters.
 */
function hasStandardDigits(digits: string): boolean {
  return !digits.includes('-') && !digits.includes('_') && Buffer.byteLength(digits) === digits.length;
}

function withoutPrefix(text: string): string {
  if (/^\s*(https?|ftp|file|blob|content):/i.test(text.slice(0, 100))) {
    throw wrongFormat('it is an address, and pictures are not fetched from elsewhere');
  }
  const [prefix, type = '', parameters = ''] = DATA_URL.exec(text) ?? [];
  if (prefix === undefined) return text;
  if (!/^image\//i.test(type)) {
    throw new PictureError(
      'unsupported_image',
      `This data: URL holds ${type === '' ? 'text' : type}, not a picture. Send a JPEG, PNG or WebP picture, as data:image/jpeg;base64,… or as base64 alone.`,
    );
  }
  if (!/;base64$/i.test(parameters)) throw wrongFormat('it is a data: URL without ";base64"');
  return text.slice(prefix.length);
}

/** Removes the padding. It is optional, but must be correct where it stands. */
function withoutPadding(digits: string): string {
  if (!digits.endsWith('=') || digits.length % 4 !== 0) return digits;
  return digits.slice(0, digits.endsWith('==') ? -2 : -1);
}

function unreadable(digits: string): PictureError {
  if (/^[\w-]*=*$/.test(digits) && /[-_]/.test(digits)) {
    return wrongFormat('it is in the URL-safe alphabet, with - and _ in place of + and /');
  }
  if (/\s/.test(digits)) return wrongFormat('it has line breaks or spaces');
  const wrong = /[^A-Za-z0-9+/=]/u.exec(digits)?.[0];
  if (wrong !== undefined) return wrongFormat(`it has the character ${JSON.stringify(wrong)}`);
  return wrongFormat('it ends in the middle of a byte, or its = signs are in the wrong place');
}

/** `what` completes the sentence "This is not a picture in base64: …". */
function wrongFormat(what: string): PictureError {
  return new PictureError(
    'invalid_format',
    `This is not a picture in base64: ${what}. Send the bytes of a JPEG, PNG or WebP file in standard base64 (A-Z, a-z, 0-9, + and /) on one line, or the file itself in a multipart form.`,
  );
}
