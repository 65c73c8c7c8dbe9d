import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import type { Bases, MalformedPicture } from './pictures-malformed.ts';
import { joinParts, type Part, pngPart, replaceParts, splitPng } from './pictures-parts.ts';

type Edit = (content: Buffer) => Buffer | undefined;

/** PNGs that are cut, inconsistent or contain something else. */
export function malformedPngs({ png, indexed }: Bases): MalformedPicture[] {
  const malformed = (what: string, bytes: Buffer, code: PictureErrorCode = 'image_damaged') => ({ what, bytes, code });
  const header = (at: number, value: number) => edited(png, 'IHDR', (content) => withByte(content, at, value));
  const sized = (width: number, height: number) =>
    edited(png, 'IHDR', (content) => {
      content.writeUInt32BE(width);
      content.writeUInt32BE(height, 4);
      return content;
    });
  const afterHeader = (...chunks: Buffer[]) => insertChunks(png, 1, chunks);
  const beforeEnd = (...chunks: Buffer[]) => insertChunks(png, -1, chunks);
  const half = (content: Buffer) => content.subarray(0, content.length / 2);
  return [
    malformed('a PNG cut in half', png.subarray(0, png.length / 2)),
    malformed('a PNG cut within its pixels', png.subarray(0, -30)),
    malformed('a PNG signature alone', png.subarray(0, 8)),
    malformed(
      'a PNG sent as text',
      Buffer.from(png.toString('latin1').replace('\r\n', '\n'), 'latin1'),
      'unsupported_image',
    ),
    malformed('a PNG with a wrong header checksum', corrupted(png, 'IHDR')),
    malformed('a PNG with a wrong pixel checksum', corrupted(png, 'IDAT')),
    malformed('a PNG with a wrong palette checksum', corrupted(indexed, 'PLTE')),
    malformed('a PNG with two headers', afterHeader(pngPart('IHDR', Buffer.alloc(13, 1)))),
    malformed('a PNG that starts with a comment', insertChunks(png, 0, [pngPart('tEXt', 'a\0b')])),
    malformed(
      'a PNG with a short header',
      edited(png, 'IHDR', (content) => content.subarray(0, 12)),
    ),
    malformed(
      'a PNG with a long header',
      edited(png, 'IHDR', (content) => Buffer.concat([content, Buffer.alloc(1)])),
    ),
    malformed('a PNG of no width', sized(0, 24)),
    malformed('a PNG of no height', sized(40, 0)),
    malformed('a PNG of 2³¹ × 2³¹', sized(0x7fffffff, 0x7fffffff), 'too_many_pixels'),
    malformed('a PNG of 40 000 001 pixels in a row', sized(40_000_001, 1), 'too_many_pixels'),
    malformed('a PNG of 6000 × 6000 in a few bytes', sized(6_000, 6_000)),
    malformed('a PNG of 3 bits', header(8, 3)),
    malformed('a PNG of colour type 5', header(9, 5)),
    malformed(
      'an indexed PNG of 16 bits',
      edited(indexed, 'IHDR', (content) => withByte(content, 8, 16)),
    ),
    malformed('a PNG of compression 1', header(10, 1)),
    malformed('a PNG of filter 1', header(11, 1)),
    malformed('a PNG of interlace 2', header(12, 2)),
    malformed('a PNG with an unknown critical chunk', afterHeader(pngPart('EVIL', 'x'))),
    malformed('a PNG with a chunk without a name', afterHeader(pngPart('\0\0\0\0', 'x'))),
    malformed('a PNG chunk of 4 GiB', afterHeader(Buffer.from('\xff\xff\xff\xfftEXt', 'latin1'))),
    malformed('a PNG chunk longer than the file', afterHeader(Buffer.from('\0\x0f\xff\xfftEXt', 'latin1'))),
    malformed(
      'a PNG without pixels',
      edited(png, 'IDAT', () => undefined),
    ),
    malformed(
      'a PNG with empty pixels',
      edited(png, 'IDAT', () => Buffer.alloc(0)),
    ),
    malformed(
      'a PNG with HTML for pixels',
      edited(png, 'IDAT', () => Buffer.from('<script>alert(1)</script>'.repeat(9))),
    ),
    malformed('a PNG with interrupted pixels', interrupted(png)),
    malformed(
      'an indexed PNG without a palette',
      edited(indexed, 'PLTE', () => undefined),
    ),
    malformed(
      'a PNG palette of 4 bytes',
      edited(indexed, 'PLTE', () => Buffer.alloc(4)),
    ),
    malformed(
      'an empty PNG palette',
      edited(indexed, 'PLTE', () => Buffer.alloc(0)),
    ),
    malformed(
      'a PNG palette of 257 colours',
      edited(indexed, 'PLTE', () => Buffer.alloc(771)),
    ),
    malformed('a PNG with two palettes', afterHeader(pngPart('PLTE', 'abc'), pngPart('PLTE', 'abc'))),
    malformed('a PNG with a palette after its pixels', beforeEnd(pngPart('PLTE', 'abc'))),
    malformed(
      'a grey PNG with a palette',
      insertChunks(
        edited(png, 'IHDR', (content) => withByte(content, 9, 0)),
        1,
        [pngPart('PLTE', 'abc')],
      ),
    ),
    malformed(
      'a PNG with a wrong transparency checksum',
      corrupted(afterHeader(pngPart('tRNS', '\0\x01\0\x01\0\x01')), 'tRNS'),
    ),
    malformed('a PNG with a transparency of 3 bytes', afterHeader(pngPart('tRNS', 'abc'))),
    malformed('a PNG of 20 000 chunks', afterHeader(...Array<Buffer>(20_000).fill(pngPart('tEXt', '')))),
    malformed('an animated PNG', afterHeader(pngPart('acTL', '\0\0\0\x09\0\0\0\0')), 'unsupported_image'),
    malformed(
      "a PNG in Apple's private form",
      insertChunks(png, 0, [pngPart('CgBI', '\x50\0\x20\x02')]),
      'unsupported_image',
    ),
    malformed('half a PNG with right checksums', edited(png, 'IDAT', half)),
    malformed('a PNG with more rows than its header says', sized(40, 23)),
  ];
}

function edited(png: Buffer, type: string, edit: Edit): Buffer {
  return joinParts(
    replaceParts(splitPng(png), type, (chunk) => {
      const content = edit(Buffer.from(chunk.subarray(8, -4)));
      return content ? [pngPart(type, content)] : [];
    }),
  );
}

function corrupted(png: Buffer, type: string): Buffer {
  return joinParts(
    replaceParts(splitPng(png), type, (chunk) => [withByte(chunk, chunk.length - 1, (chunk.at(-1) ?? 0) ^ 1)]),
  );
}

function insertChunks(png: Buffer, at: number, chunks: Buffer[]): Buffer {
  const whole = splitPng(png);
  const added: Part[] = chunks.map((bytes) => ({ type: 'added', bytes }));
  return joinParts({ head: whole.head, parts: [...whole.parts.slice(0, at), ...added, ...whole.parts.slice(at)] });
}

function interrupted(png: Buffer): Buffer {
  return joinParts(
    replaceParts(splitPng(png), 'IDAT', (chunk) => {
      const content = chunk.subarray(8, -4);
      return [pngPart('IDAT', content.subarray(0, 9)), pngPart('tEXt', 'a\0b'), pngPart('IDAT', content.subarray(9))];
    }),
  );
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}
