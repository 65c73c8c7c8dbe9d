import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture } from '../../support/pictures.ts';
import { CANARY, exifBlock } from '../../support/pictures-canary.ts';
import { type Part, pngPart, takePngApart, together } from '../../support/pictures-parts.ts';

let png: Buffer;

beforeAll(async () => {
  png = await makePicture('png', { variant: 'plain' });
});

function inserting(at: number, ...chunks: Buffer[]): Buffer {
  const { head, parts } = takePngApart(png);
  const added: Part[] = chunks.map((bytes) => ({ type: 'added', bytes }));
  return together({ head, parts: [...parts.slice(0, at), ...added, ...parts.slice(at)] });
}

function chunksOf(bytes: Uint8Array): string[] {
  return takePngApart(Buffer.from(bytes)).parts.map(({ type }) => type);
}

const added = (bytes: Uint8Array) =>
  chunksOf(bytes).filter((type) => !chunksOf(cleanPicture(png).bytes).includes(type));

function iccp(name: string, profile: Buffer, tail = ''): Buffer {
  return pngPart(
    'iCCP',
    Buffer.concat([Buffer.from(`${name}\0\0`, 'latin1'), deflateSync(profile), Buffer.from(tail)]),
  );
}

function profile(length: number): Buffer {
  const bytes = Buffer.alloc(length, 7);
  bytes.writeUInt32BE(length);
  bytes.write('acsp', 36, 'latin1');
  return bytes;
}

describe('a PNG', () => {
  it('keeps the numbers that decide how it looks', () => {
    const numbers = [
      pngPart('gAMA', '\0\0\xb1\x8f'),
      pngPart('cHRM', Buffer.alloc(32, 1)),
      pngPart('sRGB', '\0'),
      pngPart('cICP', '\x01\x0d\0\x01'),
      pngPart('sBIT', '\x08\x08\x08'),
      pngPart('tRNS', '\0\x01\0\x01\0\x01'),
      pngPart('mDCV', Buffer.alloc(24, 1)),
      pngPart('cLLI', Buffer.alloc(8, 1)),
    ];
    const bytes = Buffer.from(cleanPicture(inserting(1, ...numbers)).bytes);
    for (const number of numbers) expect(bytes.includes(number)).toBe(true);
  });

  it.each([
    ['of the wrong length', [pngPart('gAMA', 'abc')]],
    ['of unknown kind', [pngPart('abCd', CANARY), pngPart('vpAg', 'x')]],
    ['of free text', [pngPart('sPLT', CANARY), pngPart('pCAL', CANARY), pngPart('sCAL', CANARY)]],
    ['with a wrong checksum', [Buffer.concat([pngPart('gAMA', '\0\0\xb1\x8f').subarray(0, -1), Buffer.from('x')])]],
  ])('drops chunks %s', (_what, chunks) => {
    expect(added(cleanPicture(inserting(1, ...chunks)).bytes)).toEqual([]);
  });

  it('drops a repeated chunk and one that comes too late', () => {
    const gamma = pngPart('gAMA', '\0\0\xb1\x8f');
    expect(added(cleanPicture(inserting(1, gamma, gamma)).bytes)).toEqual(['gAMA']);
    expect(added(cleanPicture(inserting(-1, gamma)).bytes)).toEqual([]);
  });

  it('keeps a colour profile under another name and without a tail', () => {
    const { bytes } = cleanPicture(inserting(1, iccp(CANARY, profile(5_000), CANARY)));
    expect(added(bytes)).toEqual(['iCCP']);
    expect(Buffer.from(bytes).includes(CANARY)).toBe(false);
    expect(Buffer.from(bytes).includes(deflateSync(profile(5_000)))).toBe(true);
  });

  it.each([
    ['is no profile', iccp('x', Buffer.alloc(500))],
    ['is no zlib', pngPart('iCCP', 'x\0\0not zlib')],
    ['has no name', pngPart('iCCP', 'x'.repeat(200))],
    ['is compressed in another way', pngPart('iCCP', 'x\0\x01abc')],
    ['is a bomb', iccp('x', profile(12 * 1024 * 1024))],
    ['has more than it declares', iccp('x', Buffer.concat([profile(500), Buffer.from(CANARY)]))],
  ])('drops a colour profile that %s', (_what, chunk) => {
    expect(added(cleanPicture(inserting(1, chunk)).bytes)).toEqual([]);
  });

  it('heeds an orientation wherever it stands, once', () => {
    const early = cleanPicture(inserting(1, pngPart('eXIf', exifBlock(6))));
    const late = cleanPicture(inserting(-1, pngPart('eXIf', exifBlock(6))));
    expect([early.width, early.height]).toEqual([24, 40]);
    expect(late).toEqual(early);
    expect(cleanPicture(inserting(1, pngPart('eXIf', exifBlock(6)), pngPart('eXIf', exifBlock(3))))).toEqual(early);
  });

  it('is upright where its orientation is damaged', () => {
    const broken = Buffer.concat([pngPart('eXIf', exifBlock(6)).subarray(0, -1), Buffer.from('x')]);
    expect(cleanPicture(inserting(1, broken)).width).toBe(40);
  });

  it('may call itself an animation of one picture', async () => {
    const single = inserting(1, pngPart('acTL', '\0\0\0\x01\0\0\0\0'), pngPart('fcTL', Buffer.alloc(26)));
    expect(cleanPicture(single)).toEqual(cleanPicture(png));
  });

  it('is still where viewers take it for still', () => {
    const control = '\0\0\0\x05\0\0\0\0';
    expect(cleanPicture(inserting(-1, pngPart('acTL', control)))).toEqual(cleanPicture(png));
    expect(cleanPicture(inserting(1, pngPart('acTL', 'short')))).toEqual(cleanPicture(png));
  });

  it('keeps its transparency', async () => {
    const transparent = await makePicture('png', { variant: 'transparent' });
    const { bytes } = cleanPicture(transparent);
    expect((await displayed(bytes)).pixels.equals((await displayed(transparent)).pixels)).toBe(true);
  });
});
