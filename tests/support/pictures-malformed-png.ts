import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import type { Bases, MalformedPicture } from './pictures-malformed.ts';
import { type Part, pngPart, replacing, takePngApart, together } from './pictures-parts.ts';

type Edit = (content: Buffer) => Buffer | undefined;

/** PNGs that are cut, inconsistent or contain something else. */
export function malformedPngs({ png, indexed }: Bases): MalformedPicture[] {
  const liar = (what: string, bytes: Buffer, code: PictureErrorCode = 'image_damaged') => ({ what, bytes, code });
  const header = (at: number, value: number) => edited(png, 'IHDR', (content) => withByte(content, at, value));
  const sized = (width: number, height: number) =>
    edited(png, 'IHDR', (content) => {
      content.writeUInt32BE(width);
      content.writeUInt32BE(height, 4);
      return content;
    });
  const afterHeader = (...chunks: Buffer[]) => inserting(png, 1, chunks);
  const beforeEnd = (...chunks: Buffer[]) => inserting(png, -1, chunks);
  const half = (content: Buffer) => content.subarray(0, content.length / 2);
  return [
    liar('a PNG cut in half', png.subarray(0, png.length / 2)),
    liar('a PNG cut within its pixels', png.subarray(0, -30)),
    liar('a PNG signature alone', png.subarray(0, 8)),
    liar(
      'a PNG sent as text',
      Buffer.from(png.toString('latin1').replace('\r\n', '\n'), 'latin1'),
      'unsupported_image',
    ),
    liar('a PNG with a wrong header checksum', corrupted(png, 'IHDR')),
    liar('a PNG with a wrong pixel checksum', corrupted(png, 'IDAT')),
    liar('a PNG with a wrong palette checksum', corrupted(indexed, 'PLTE')),
    liar('a PNG with two headers', afterHeader(pngPart('IHDR', Buffer.alloc(13, 1)))),
    liar('a PNG that starts with a comment', inserting(png, 0, [pngPart('tEXt', 'a\0b')])),
    liar(
      'a PNG with a short header',
      edited(png, 'IHDR', (content) => content.subarray(0, 12)),
    ),
    liar(
      'a PNG with a long header',
      edited(png, 'IHDR', (content) => Buffer.concat([content, Buffer.alloc(1)])),
    ),
    liar('a PNG of no width', sized(0, 24)),
    liar('a PNG of no height', sized(40, 0)),
    liar('a PNG of 2³¹ × 2³¹', sized(0x7fffffff, 0x7fffffff), 'too_many_pixels'),
    liar('a PNG of 40 000 001 pixels in a row', sized(40_000_001, 1), 'too_many_pixels'),
    liar('a PNG of 6000 × 6000 in a few bytes', sized(6_000, 6_000)),
    liar('a PNG of 3 bits', header(8, 3)),
    liar('a PNG of colour type 5', header(9, 5)),
    liar(
      'an indexed PNG of 16 bits',
      edited(indexed, 'IHDR', (content) => withByte(content, 8, 16)),
    ),
    liar('a PNG of compression 1', header(10, 1)),
    liar('a PNG of filter 1', header(11, 1)),
    liar('a PNG of interlace 2', header(12, 2)),
    liar('a PNG with an unknown critical chunk', afterHeader(pngPart('EVIL', 'x'))),
    liar('a PNG with a chunk without a name', afterHeader(pngPart('\0\0\0\0', 'x'))),
    liar('a PNG chunk of 4 GiB', afterHeader(Buffer.from('\xff\xff\xff\xfftEXt', 'latin1'))),
    liar('a PNG chunk longer than the file', afterHeader(Buffer.from('\0\x0f\xff\xfftEXt', 'latin1'))),
    liar(
      'a PNG without pixels',
      edited(png, 'IDAT', () => undefined),
    ),
    liar(
      'a PNG with empty pixels',
      edited(png, 'IDAT', () => Buffer.alloc(0)),
    ),
    liar(
      'a PNG with HTML for pixels',
      edited(png, 'IDAT', () => Buffer.from('<script>alert(1)</script>'.repeat(9))),
    ),
    liar('a PNG with interrupted pixels', interrupted(png)),
    liar(
      'an indexed PNG without a palette',
      edited(indexed, 'PLTE', () => undefined),
    ),
    liar(
      'a PNG palette of 4 bytes',
      edited(indexed, 'PLTE', () => Buffer.alloc(4)),
    ),
    liar(
      'an empty PNG palette',
      edited(indexed, 'PLTE', () => Buffer.alloc(0)),
    ),
    liar(
      'a PNG palette of 257 colours',
      edited(indexed, 'PLTE', () => Buffer.alloc(771)),
    ),
    liar('a PNG with two palettes', afterHeader(pngPart('PLTE', 'abc'), pngPart('PLTE', 'abc'))),
    liar('a PNG with a palette after its pixels', beforeEnd(pngPart('PLTE', 'abc'))),
    liar(
      'a grey PNG with a palette',
      inserting(
        edited(png, 'IHDR', (content) => withByte(content, 9, 0)),
        1,
        [pngPart('PLTE', 'abc')],
      ),
    ),
    liar(
      'a PNG with a wrong transparency checksum',
      corrupted(afterHeader(pngPart('tRNS', '\0\x01\0\x01\0\x01')), 'tRNS'),
    ),
    liar('a PNG with a transparency of 3 bytes', afterHeader(pngPart('tRNS', 'abc'))),
    liar('a PNG of 20 000 chunks', afterHeader(...Array<Buffer>(20_000).fill(pngPart('tEXt', '')))),
    liar('an animated PNG', afterHeader(pngPart('acTL', '\0\0\0\x09\0\0\0\0')), 'unsupported_image'),
    liar("a PNG in Apple's private form", inserting(png, 0, [pngPart('CgBI', '\x50\0\x20\x02')]), 'unsupported_image'),
    liar('half a PNG with right checksums', edited(png, 'IDAT', half)),
    liar('a PNG with more rows than its header says', sized(40, 23)),
  ];
}

function edited(png: Buffer, type: string, edit: Edit): Buffer {
  return together(
    replacing(takePngApart(png), type, (chunk) => {
      const content = edit(Buffer.from(chunk.subarray(8, -4)));
      return content ? [pngPart(type, content)] : [];
    }),
  );
}

function corrupted(png: Buffer, type: string): Buffer {
  return together(
    replacing(takePngApart(png), type, (chunk) => [withByte(chunk, chunk.length - 1, (chunk.at(-1) ?? 0) ^ 1)]),
  );
}

function inserting(png: Buffer, at: number, chunks: Buffer[]): Buffer {
  const whole = takePngApart(png);
  const added: Part[] = chunks.map((bytes) => ({ type: 'added', bytes }));
  return together({ head: whole.head, parts: [...whole.parts.slice(0, at), ...added, ...whole.parts.slice(at)] });
}

function interrupted(png: Buffer): Buffer {
  return together(
    replacing(takePngApart(png), 'IDAT', (chunk) => {
      const content = chunk.subarray(8, -4);
      return [pngPart('IDAT', content.subarray(0, 9)), pngPart('tEXt', 'a\0b'), pngPart('IDAT', content.subarray(9))];
    }),
  );
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}
