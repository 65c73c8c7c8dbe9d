type Signature = { offset: number; bytes: string; type: string };

const signatures: Signature[] = [
  { offset: 0, bytes: '\xff\xd8\xff', type: 'image/jpeg' },
  { offset: 0, bytes: '\x89PNG\r\n\x1a\n', type: 'image/png' },
  { offset: 0, bytes: 'GIF8', type: 'image/gif' },
  { offset: 8, bytes: 'WEBP', type: 'image/webp' },
  { offset: 4, bytes: 'ftypheic', type: 'image/heic' },
  { offset: 4, bytes: 'ftypheix', type: 'image/heic' },
  { offset: 4, bytes: 'ftypmif1', type: 'image/heic' },
  { offset: 4, bytes: 'ftypavif', type: 'image/avif' },
  { offset: 4, bytes: 'ftypqt', type: 'video/quicktime' },
  { offset: 4, bytes: 'ftyp', type: 'video/mp4' },
  { offset: 0, bytes: '%PDF-', type: 'application/pdf' },
  { offset: 0, bytes: 'PK\x03\x04', type: 'application/zip' },
  { offset: 0, bytes: '\x1f\x8b', type: 'application/gzip' },
  { offset: 0, bytes: 'BM', type: 'image/bmp' },
  { offset: 0, bytes: 'II*\0', type: 'image/tiff' },
  { offset: 0, bytes: 'MM\0*', type: 'image/tiff' },
  { offset: 0, bytes: 'OggS', type: 'audio/ogg' },
  { offset: 0, bytes: 'ID3', type: 'audio/mpeg' },
];

/** The MIME type by content, whatever the name; one byte is too little to tell. */
export function sniffType(bytes: Buffer): string {
  if (bytes.length === 0) return 'application/x-empty';
  if (bytes.length === 1) return 'application/octet-stream';
  const start = bytes.subarray(0, 512).toString('latin1');
  const signature = signatures.find(({ offset, bytes: text }) => start.startsWith(text, offset));
  if (signature) return signature.type;
  if (start.includes('\0')) return 'application/octet-stream';
  return textType(start.trimStart());
}

function textType(start: string): string {
  if (/^<\?xml|^<svg/i.test(start) && /<svg/i.test(start)) return 'image/svg+xml';
  if (/^<!doctype html|^<html|^<script/i.test(start)) return 'text/html';
  if (/^<\?php/.test(start)) return 'text/x-php';
  return /^[{[]/.test(start) && /[}\]"\d]/.test(start) ? 'application/json' : 'text/plain';
}

const viewable =
  /^(image\/(jpeg|gif|png|webp|heic|avif)|video\/(mp4|webm|quicktime)|audio\/(mpeg|mp4|ogg)|application\/pdf)$/;

/** `view` serves known types as they are and everything else as plain text. */
export function viewType(type: string): string {
  return viewable.test(type) ? type : 'text/plain';
}
