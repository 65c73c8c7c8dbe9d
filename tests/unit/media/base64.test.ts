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

function code(text: string): string | undefined {
  try {
    decodePicture(text);
    return undefined;
  } catch (error) {
    if (error instanceof PictureError) return error.code;
    throw error;
  }
}

describe('a picture in base64', () => {
  it('comes out as it went in, with or without padding and a data URL prefix', () => {
    const picture = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(picture, fc.constantFrom(...PREFIXES), fc.boolean(), (bytes, prefix, padded) => {
        const text = Buffer.from(bytes).toString('base64');
        expect([...decodePicture(prefix + (padded ? text : text.replaceAll('=', '')))]).toEqual([...bytes]);
      }),
      { numRuns: fuzzRuns(300) },
    );
  });

  it('is refused or exactly what its text says, whatever the text', () => {
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
    ['AAA\n', 'a line break'],
    ['AA AA', 'a space'],
    ['AA-_', 'the alphabet of URLs'],
    ['A', 'a single digit'],
    ['AAAAA', 'a digit too many'],
    ['AA=', 'too little padding'],
    ['AA===', 'too much padding'],
    ['AAAA=', 'padding where none is due'],
    ['AAAA====', 'a group of padding'],
    ['AA==AA==', 'two texts in a row'],
    ['AB==', 'bits that mean nothing'],
    ['AAA\u0141', 'a letter that only looks like one of the alphabet when cut to a byte'],
    ['data:image/png;base64,AA,A', 'two commas'],
    ['data:image/png,AAAA', 'a data URL that is not in base64'],
  ])('is refused with %j: %s', (text) => {
    expect(code(text)).toBe('image_damaged');
  });

  it.each([
    ['http://example.com/a.jpg', /address of a picture/],
    ['file:///var/mobile/a.jpg', /address of a picture/],
    ['AA-_', /base64url, with - and _ in place of \+ and \//],
    ['data:image/jpeg;base64,AA-_', /base64url/],
    ['QUJD\nQUJD', /on a single line/],
    ['data:image/png,AAAA', /data URL that is not in base64/],
    ['AAAAA', /a part of it is missing/],
  ])('tells a program what it has sent: %j', (text, message) => {
    expect(() => decodePicture(text)).toThrow(message);
    expect(() => decodePicture(text)).toThrow('Send the bytes of the picture as standard base64.');
  });

  it('is empty where there is no text', () => {
    expect([code(''), code('data:image/png;base64,')]).toEqual(['image_empty', 'image_empty']);
  });

  it('is no picture where its data URL says so', () => {
    expect(code('data:text/html;base64,PGh0bWw+')).toBe('unsupported_image');
  });

  it('may have 3 MiB and not a byte more', () => {
    const full = Buffer.alloc(MAX_PICTURE_BYTES, 7).toString('base64');
    expect(decodePicture(full).length).toBe(MAX_PICTURE_BYTES);
    expect(code(`${full}AA`)).toBe('image_too_large');
    expect(code('*'.repeat(9_000_000))).toBe('image_too_large');
  });
});
