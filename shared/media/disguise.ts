import { PictureError } from './picture-error.ts';

const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
const ZIP_ENTRY = 'PK\x01\x02';
const ZIP_END_BYTES = 22;
const ZIP_TAIL = 0xffff + ZIP_END_BYTES;
const PDF_HEAD = 1024;

/** Refuses a picture that other programs would open as an archive or a document (data hidden among the pixels). */
export function refuseDisguise(bytes: Buffer): void {
  if (endsAsZip(bytes)) throw disguised('a ZIP archive');
  if (bytes.subarray(0, PDF_HEAD).includes('%PDF-')) throw disguised('a PDF document');
}

function endsAsZip(bytes: Buffer): boolean {
  const tail = Math.max(0, bytes.length - ZIP_TAIL);
  for (let at = bytes.indexOf(ZIP_END, tail); at !== -1; at = bytes.indexOf(ZIP_END, at + 1)) {
    if (at + ZIP_END_BYTES > bytes.length) return false;
    const directory = at - bytes.readUInt32LE(at + 12);
    if (directory >= 0 && bytes.toString('latin1', directory, directory + 4) === ZIP_ENTRY) return true;
  }
  return false;
}

function disguised(what: string): PictureError {
  return new PictureError(
    'unsupported_image',
    `This picture is also ${what}. Send a plain JPEG, PNG or WebP picture, for example a screenshot of it.`,
  );
}
