import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutTexts } from '#shared/media/icc-profile.ts';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture } from '../../support/pictures.ts';
import { CANARY, exifBlock } from '../../support/pictures-canary.ts';
import { joinParts, type Part, pngPart, splitPng } from '../../support/pictures-parts.ts';
import { colourProfile } from '../../support/pictures-profile.ts';

const PROFILE = colourProfile();

let png: Buffer;

beforeAll(async () => {
  png = await makePicture('png', { variant: 'plain' });
});

function inserting(at: number, ...chunks: Buffer[]): Buffer {
  const { head, parts } = splitPng(png);
  const added: Part[] = chunks.map((bytes) => ({ type: 'added', bytes }));
  return joinParts({ head, parts: [...parts.slice(0, at), ...added, ...parts.slice(at)] });
}

function chunksOf(bytes: Uint8Array): string[] {
  return splitPng(Buffer.from(bytes)).parts.map(({ type }) => type);
}

/** The chunk types that the plain picture does not have. */
const added = (bytes: Uint8Array) => chunksOf(bytes).filter((type) => !chunksOf(png).includes(type));

function iccp(name: string, profile: Buffer, tail = ''): Buffer {
  return pngPart(
    'iCCP',
    Buffer.concat([Buffer.from(`${name}\0\0`, 'latin1'), deflateSync(profile), Buffer.from(tail)]),
  );
}

describe('a PNG', () => {
  it('keeps the chunks that decide how it looks', async () => {
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
    const bytes = Buffer.from((await cleanPicture(inserting(1, ...numbers))).bytes);
    for (const number of numbers) expect(bytes.includes(number)).toBe(true);
  });

  it.each([
    ['of the wrong length', [pngPart('gAMA', 'abc')]],
    ['of unknown kind', [pngPart('abCd', CANARY), pngPart('vpAg', 'x')]],
    ['of free text', [pngPart('sPLT', CANARY), pngPart('pCAL', CANARY), pngPart('sCAL', CANARY)]],
    ['with a wrong checksum', [Buffer.concat([pngPart('gAMA', '\0\0\xb1\x8f').subarray(0, -1), Buffer.from('x')])]],
  ])('drops chunks %s', async (_what, chunks) => {
    expect(added((await cleanPicture(inserting(1, ...chunks))).bytes)).toEqual([]);
  });

  it('drops a repeated chunk, and one in a wrong place', async () => {
    const gamma = pngPart('gAMA', '\0\0\xb1\x8f');
    expect(added((await cleanPicture(inserting(1, gamma, gamma))).bytes)).toEqual(['gAMA']);
    expect(added((await cleanPicture(inserting(-1, gamma))).bytes)).toEqual([]);
  });

  it('keeps a colour profile under another name and without trailing bytes', async () => {
    const { bytes } = await cleanPicture(inserting(1, iccp(CANARY, PROFILE, CANARY)));
    expect(added(bytes)).toEqual(['iCCP']);
    expect(bytes.includes(CANARY)).toBe(false);
    expect(bytes.includes(deflateSync(withoutTexts(PROFILE) ?? Buffer.alloc(0)))).toBe(true);
  });

  it('keeps a colour profile whose compressed data lacks its checksum', async () => {
    const complete = await cleanPicture(inserting(1, iccp('x', PROFILE)));
    const bare = pngPart('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(PROFILE).subarray(0, -4)]));
    expect(await cleanPicture(inserting(1, bare))).toEqual(complete);
    expect(added(complete.bytes)).toEqual(['iCCP']);
  });

  it.each([
    ['is no profile', iccp('x', Buffer.alloc(500))],
    ['is no zlib', pngPart('iCCP', 'x\0\0not zlib')],
    ['has no name', pngPart('iCCP', 'x'.repeat(200))],
    ['is compressed in another way', pngPart('iCCP', 'x\0\x01abc')],
    ['is a bomb', iccp('x', Buffer.concat([PROFILE, Buffer.alloc(12 * 1024 * 1024)]))],
    ['is cut', iccp('x', PROFILE.subarray(0, 140))],
  ])('drops a colour profile that %s', async (_what, chunk) => {
    expect(added((await cleanPicture(inserting(1, chunk))).bytes)).toEqual([]);
  });

  it('uses the first orientation, and only one before its pixels, as browsers do', async () => {
    const early = await cleanPicture(inserting(1, pngPart('eXIf', exifBlock(6))));
    expect([early.width, early.height]).toEqual([24, 40]);
    expect(await cleanPicture(inserting(1, pngPart('eXIf', exifBlock(6)), pngPart('eXIf', exifBlock(3))))).toEqual(
      early,
    );
    expect(await cleanPicture(inserting(-1, pngPart('eXIf', exifBlock(6))))).toEqual(await cleanPicture(png));
  });

  it('is upright when its orientation is damaged', async () => {
    const broken = Buffer.concat([pngPart('eXIf', exifBlock(6)).subarray(0, -1), Buffer.from('x')]);
    expect((await cleanPicture(inserting(1, broken))).width).toBe(40);
  });

  it('may be marked as an animation with one frame', async () => {
    const single = inserting(1, pngPart('acTL', '\0\0\0\x01\0\0\0\0'), pngPart('fcTL', Buffer.alloc(26)));
    expect(await cleanPicture(single)).toEqual(await cleanPicture(png));
  });

  it('is still when viewers show it as a still picture', async () => {
    const control = '\0\0\0\x05\0\0\0\0';
    expect(await cleanPicture(inserting(-1, pngPart('acTL', control)))).toEqual(await cleanPicture(png));
    expect(await cleanPicture(inserting(1, pngPart('acTL', 'short')))).toEqual(await cleanPicture(png));
  });

  it.each([
    ['without its end', (whole: Buffer) => whole.subarray(0, -12)],
    ['cut within its end', (whole: Buffer) => whole.subarray(0, -1)],
    ['with a wrong checksum of its end', (whole: Buffer) => Buffer.concat([whole.subarray(0, -1), Buffer.from('x')])],
    ['with other bytes for its end', (whole: Buffer) => Buffer.concat([whole.subarray(0, -12), Buffer.alloc(40, 'z')])],
  ])('is complete when its pixels are: %s', async (_what, edit) => {
    const { bytes } = await cleanPicture(edit(png));
    expect(bytes).toEqual((await cleanPicture(png)).bytes);
    expect(chunksOf(bytes).at(-1)).toBe('IEND');
  });

  it('may lack the checksum after its compressed pixels', async () => {
    const { head, parts } = splitPng(png);
    const bare = parts.map(({ type, bytes }) =>
      type === 'IDAT' ? { type, bytes: pngPart('IDAT', bytes.subarray(8, -8)) } : { type, bytes },
    );
    const { bytes } = await cleanPicture(joinParts({ head, parts: bare }));
    expect((await displayed(bytes)).pixels.equals((await displayed(png)).pixels)).toBe(true);
  });

  it('keeps its palette only where its pixels use it', async () => {
    const colours = pngPart('PLTE', Buffer.alloc(30, 'secret'));
    const { head, parts } = splitPng(await makePicture('png', { variant: 'plain' }));
    const [header, ...rest] = parts;
    const coloured = joinParts({
      head,
      parts: [...(header ? [header] : []), { type: 'PLTE', bytes: colours }, ...rest],
    });
    const { bytes } = await cleanPicture(coloured);
    expect(bytes.includes('PLTE')).toBe(false);
    expect((await displayed(bytes)).pixels.equals((await displayed(coloured)).pixels)).toBe(true);
    const indexed = await makePicture('png', { variant: 'indexed' });
    expect((await cleanPicture(indexed)).bytes.includes('PLTE')).toBe(true);
  });

  it('keeps its transparency', async () => {
    const transparent = await makePicture('png', { variant: 'transparent' });
    const { bytes } = await cleanPicture(transparent);
    expect((await displayed(bytes)).pixels.equals((await displayed(transparent)).pixels)).toBe(true);
  });
});
