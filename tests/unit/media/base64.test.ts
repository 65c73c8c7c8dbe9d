import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '#shared/media/base64.ts';
import { PictureError } from '#shared/media/picture-error.ts';
import { MAX_PICTURE_BYTES } from '#shared/media/picture-limits.ts';
import { fuzzRuns } from '../../support/seeded-random.ts';

const PREFIXES = [
  '',
  'data:image/jpeg;base64,',
  'data:image/png;charset=utf-8;base64,',
  'DATA:IMAGE/WEBP;BASE64,',
] as const;

function errorOf(text: string): PictureError | undefined {
  try {
    decodePicture(text);
    return undefined;
  } catch (error) {
    if (error instanceof PictureError) return error;
    throw error;
  }
}

const code = (text: string) => errorOf(text)?.code;

describe('a picture in base64', () => {
  it('is decoded with or without padding and a data URL prefix', () => {
    const picture = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(picture, fc.constantFrom(...PREFIXES), fc.boolean(), (bytes, prefix, padded) => {
        const text = Buffer.from(bytes).toString('base64');
        expect([...decodePicture(prefix + (padded ? text : text.replaceAll('=', '')))]).toEqual([...bytes]);
      }),
      { numRuns: fuzzRuns(300) },
    );
  });

  it('is refused, or encodes to the same text again', () => {
    const digit = fc.constantFrom(...'ABab01+/=-_ \n\u0141,:');
    fc.assert(
      fc.property(fc.string({ unit: digit, maxLength: 12 }), (text) => {
        if (code(text) !== undefined) return;
        const again = Buffer.from(decodePicture(text)).toString('base64');
        expect([again, again.replaceAll('=', '')]).toContain(text);
      }),
      { numRuns: fuzzRuns(3_000) },
    );
  });

  it.each([
    ['AAA\n', 'line breaks or spaces'],
    ['AA AA', 'line breaks or spaces'],
    ['AA-_', 'URL-safe alphabet, with - and _ in place of + and /'],
    ['AA_', 'URL-safe alphabet'],
    ['A', 'ends in the middle of a byte'],
    ['AAAAA', 'ends in the middle of a byte'],
    ['AA=', '= signs are in the wrong place'],
    ['AA===', '= signs'],
    ['AAAA=', '= signs'],
    ['AAAA====', '= signs'],
    ['AA==AA==', '= signs'],
    ['AB==', 'ends in the middle of a byte'],
    ['AAA\u0141', 'the character "\u0141"'],
    ['AA\u{1f600}', 'the character "\u{1f600}"'],
    ['{"uri":1}', 'the character'],
    ['data:image/png;base64,AA,A', 'the character ","'],
    ['data:image/png,AAAA', 'a data: URL without ";base64"'],
    ['http://example.com/a.jpg', 'an address, and pictures are not fetched'],
    [' HTTPS://example.com/a.jpg', 'an address'],
    ['file:///photos/a.jpg', 'an address'],
    ['content://media/external/images/1', 'an address'],
    ['blob:https://example.com/1', 'an address'],
  ])('is refused with what is wrong and what to send: %j', (text, what) => {
    const error = errorOf(text);
    expect(error?.code).toBe('invalid_format');
    expect(error?.message).toContain(what);
    expect(error?.message).toContain('Send the bytes of a JPEG, PNG or WebP file in standard base64');
    expect(error?.message).toContain('or the file itself in a multipart form');
  });

  it('is empty when the text is empty', () => {
    expect([code(''), code('data:image/png;base64,')]).toEqual(['image_empty', 'image_empty']);
  });

  it.each([
    ['data:text/html;base64,PGh0bWw+', 'holds text/html, not a picture'],
    ['data:application/pdf;base64,JVBERi0=', 'holds application/pdf, not a picture'],
    ['data:,hello', 'holds text, not a picture'],
  ])('is refused when its data URL has another type: %j', (text, what) => {
    const error = errorOf(text);
    expect(error?.code).toBe('unsupported_image');
    expect(error?.message).toContain(what);
    expect(error?.message).toContain('data:image/jpeg;base64,');
  });

  it('may have up to 3 MiB', () => {
    const full = Buffer.alloc(MAX_PICTURE_BYTES, 7).toString('base64');
    expect(decodePicture(full).length).toBe(MAX_PICTURE_BYTES);
    expect(code(`${full}AA`)).toBe('image_too_large');
    expect(code('*'.repeat(9_000_000))).toBe('image_too_large');
  });
});
