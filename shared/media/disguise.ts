import { PictureError } from './picture-error.ts';
import type { Pieces } from './pieces.ts';

const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
const ZIP_ENTRY = 'PK\x01\x02';
const ZIP_END_BYTES = 22;
const ZIP_TAIL = 0xffff + ZIP_END_BYTES;
const PDF_HEAD = 1024;

/** Refuses a picture that other programs would open as an archive or a document (data hidden among the pixels). */
export function refuseDisguise(content: Pieces): void {
  if (endsAsZip(content)) throw disguised('a ZIP archive');
  if (content.slice(0, PDF_HEAD).includes('%PDF-')) throw disguised('a PDF document');
}

function endsAsZip(content: Pieces): boolean {
  const tailStart = Math.max(0, content.size - ZIP_TAIL);
  const tail = content.slice(tailStart);
  for (let at = tail.indexOf(ZIP_END); at !== -1; at = tail.indexOf(ZIP_END, at + 1)) {
    if (at + ZIP_END_BYTES > tail.length) return false;
    const directory = tailStart + at - tail.readUInt32LE(at + 12);
    const isEntry = directory >= 0 && content.slice(directory, directory + 4).toString('latin1') === ZIP_ENTRY;
    if (isEntry) return true;
  }
  return false;
}

function disguised(what: string): PictureError {
  return new PictureError(
    'unsupported_image',
    `This picture is also ${what}. Send a plain JPEG, PNG or WebP picture, for example a screenshot of it.`,
  );
}
