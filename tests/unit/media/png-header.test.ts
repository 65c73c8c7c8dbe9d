import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed } from '../../support/pictures.ts';
import { pngPart } from '../../support/pictures-parts.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const VALID = [
  '0/1',
  '0/2',
  '0/4',
  '0/8',
  '0/16',
  '2/8',
  '2/16',
  '3/1',
  '3/2',
  '3/4',
  '3/8',
  '4/8',
  '4/16',
  '6/8',
  '6/16',
];
const ALL = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((colour) =>
  [0, 1, 2, 3, 4, 8, 16, 32].map((depth) => [colour, depth] as const),
);

type Shape = { colour: number; depth: number; extra?: Buffer[]; pixels?: (data: Buffer) => Buffer[] };

function png({ colour, depth, extra = [], pixels = (data) => [data] }: Shape): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(9);
  header.writeUInt32BE(5, 4);
  header.set([depth, colour], 8);
  const row = 1 + Math.ceil((9 * depth * (CHANNELS[colour] ?? 1)) / 8);
  const palette = colour === 3 ? [pngPart('PLTE', Buffer.alloc(3 * Math.min(2 ** depth, 256), 9))] : [];
  const data = pixels(deflateSync(Buffer.alloc(row * 5))).map((part) => pngPart('IDAT', part));
  return Buffer.concat([SIGNATURE, pngPart('IHDR', header), ...palette, ...extra, ...data, pngPart('IEND', '')]);
}

describe('the header of a PNG', () => {
  it.each(ALL)('allows exactly the colour types and depths of the standard: %i, %i', async (colour, depth) => {
    const source = png({ colour, depth });
    if (VALID.includes(`${colour}/${depth}`)) {
      const { bytes, width, height } = await cleanPicture(source);
      expect([width, height]).toEqual([9, 5]);
      expect((await displayed(bytes)).pixels.equals((await displayed(source)).pixels)).toBe(true);
    } else {
      await expect(cleanPicture(source)).rejects.toThrow('header contradicts itself');
    }
  });

  it.each([
    [0, 2],
    [2, 6],
    [3, 16],
    [3, 1],
  ])('decides the length of the transparency: colour type %i, %i bytes', async (colour, length) => {
    const extra = [pngPart('tRNS', Buffer.alloc(length))];
    expect(
      Buffer.from((await cleanPicture(png({ colour, depth: colour === 3 ? 4 : 8, extra }))).bytes).includes('tRNS'),
    ).toBe(true);
  });

  it.each([
    [0, 3],
    [2, 2],
    [3, 0],
    [3, 17],
  ])('refuses another transparency: colour type %i, %i bytes', async (colour, length) => {
    const extra = [pngPart('tRNS', Buffer.alloc(length))];
    await expect(cleanPicture(png({ colour, depth: colour === 3 ? 4 : 8, extra }))).rejects.toThrow('transparency');
  });

  it('allows a palette of a single colour', async () => {
    const source = png({ colour: 3, depth: 8 });
    const single = Buffer.concat([
      source.subarray(0, 33),
      pngPart('PLTE', 'abc'),
      source.subarray(source.indexOf('IDAT') - 4),
    ]);
    expect(Buffer.from((await cleanPicture(single)).bytes).equals(single)).toBe(true);
  });

  it('drops a transparency chunk where the pixels have their own', async () => {
    const { bytes } = await cleanPicture(png({ colour: 6, depth: 8, extra: [pngPart('tRNS', 'ab')] }));
    expect(Buffer.from(bytes).includes('tRNS')).toBe(false);
  });

  it('accepts pixels in chunks of any size', async () => {
    const bytewise = (data: Buffer) => [Buffer.alloc(0), ...[...data].map((byte) => Buffer.from([byte]))];
    const divided = png({ colour: 2, depth: 8, pixels: (data) => bytewise(data).slice(1) });
    const { bytes } = await cleanPicture(png({ colour: 2, depth: 8, pixels: bytewise }));
    expect(bytes.equals(divided)).toBe(true);
  });

  it('refuses pixels that are not valid zlib data', async () => {
    await expect(
      cleanPicture(
        png({ colour: 2, depth: 8, pixels: (data) => [Buffer.concat([Buffer.from([0x79]), data.subarray(1)])] }),
      ),
    ).rejects.toThrow('pixels');
    await expect(cleanPicture(png({ colour: 2, depth: 8, pixels: () => [Buffer.from('x')] }))).rejects.toThrow('stops');
  });
});
