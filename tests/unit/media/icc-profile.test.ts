import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { withoutTexts } from '#shared/media/icc-profile.ts';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, FORMATS, makePicture } from '../../support/pictures.ts';
import { CANARY } from '../../support/pictures-canary.ts';
import { jpegSegment } from '../../support/pictures-parts.ts';
import { colourProfile, curve, lookupTable, profileTag } from '../../support/pictures-profile.ts';
import { fuzzRuns } from '../../support/seeded-random.ts';

/** Tags in which programs and devices describe themselves and their owner, and two that no standard defines. */
const TELLING = [
  'desc',
  'cprt',
  'dmnd',
  'dmdd',
  'vued',
  'view',
  'mmod',
  'ndin',
  'targ',
  'CIED',
  'tech',
  'priv',
  'xÿz ',
].map((name) => [name, profileTag('text', `${CANARY}\0`)] as const);

async function pictureWith(profile: Buffer): Promise<Buffer> {
  const plain = await makePicture('jpeg', { width: 60, height: 40 });
  const segment = jpegSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]));
  return Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2)]);
}

function tagsOf(profile: Buffer): string[] {
  return Array.from({ length: profile.readUInt32BE(128) }, (_, index) =>
    profile.toString('latin1', 132 + 12 * index, 136 + 12 * index),
  );
}

describe('a colour profile', () => {
  it.each(FORMATS)('gives the same colours without its texts: Display P3 in %s', async (format) => {
    const source = await makePicture(format, { profile: true, width: 60, height: 40 });
    const cleaned = (await cleanPicture(source)).bytes;
    expect((await displayed(cleaned)).pixels.equals((await displayed(source)).pixels)).toBe(true);
    const [before, after] = [await sharp(source).metadata(), await sharp(cleaned).metadata()];
    expect(before.icc?.toString('latin1')).toContain('Copyright'.slice(0, 1));
    expect(after.icc).toBeDefined();
    expect(after.icc?.equals(before.icc ?? Buffer.alloc(0))).toBe(false);
  });

  it.each([2, 4])('loses all its texts and keeps its colours: version %i', async (version) => {
    const source = await pictureWith(colourProfile(TELLING, version));
    const cleaned = (await cleanPicture(source)).bytes;
    expect(source.includes(CANARY)).toBe(true);
    expect(cleaned.includes(CANARY)).toBe(false);
    const plain = await displayed(await makePicture('jpeg', { width: 60, height: 40 }));
    const shown = await displayed(cleaned);
    expect(shown.pixels.equals((await displayed(source)).pixels)).toBe(true);
    expect(shown.pixels.equals(plain.pixels)).toBe(false);
  });

  it('keeps a neutral description and copyright, which every profile must have', () => {
    for (const version of [2, 4]) {
      const profile = withoutTexts(colourProfile(TELLING, version)) ?? Buffer.alloc(0);
      expect(tagsOf(profile).slice(0, 2)).toEqual(['desc', 'cprt']);
      const text = version === 4 ? Buffer.from('ICC profile', 'utf16le').swap16() : Buffer.from('ICC profile');
      expect(profile.includes(text)).toBe(true);
    }
  });

  it('has no date, maker, model or program in its header', () => {
    const telling = colourProfile();
    for (const [from, to] of [
      [4, 8],
      [24, 36],
      [40, 44],
      [48, 56],
      [80, 128],
    ] as const)
      telling.fill('s', from, to);
    expect(withoutTexts(telling)).toEqual(withoutTexts(colourProfile()));
  });

  it('keeps no extra bytes after the numbers of a tag, and no tag of another type', () => {
    const behind = (tag: Buffer) => Buffer.concat([tag, Buffer.from(CANARY)]);
    const matrix = profileTag('sf32', Buffer.alloc(36, 1));
    const hiding = colourProfile([
      ['kTRC', behind(curve(2))],
      ['A2B0', behind(lookupTable(3))],
      ['chad', behind(matrix)],
      ['lumi', profileTag('text', CANARY)],
      ['bkpt', profileTag('XYZ ', Buffer.concat([Buffer.alloc(12), Buffer.from(CANARY)]))],
      ['gamt', profileTag('priv', CANARY)],
    ]);
    const kept = withoutTexts(Buffer.concat([hiding, Buffer.from(CANARY)])) ?? Buffer.alloc(0);
    expect(kept.includes(CANARY)).toBe(false);
    expect(tagsOf(kept)).toEqual([
      ...['desc', 'cprt', 'kTRC', 'A2B0', 'chad', 'bkpt'],
      ...['wtpt', 'rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'],
    ]);
  });

  it('stores data once that several tags share', () => {
    const [whole, shared] = [
      colourProfile([['A2B0', lookupTable(9)]]),
      colourProfile([
        ['A2B0', lookupTable(9)],
        ['A2B1', lookupTable(9)],
      ]),
    ];
    expect((withoutTexts(shared)?.length ?? 0) - (withoutTexts(whole)?.length ?? 0)).toBe(12);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['too few bytes', colourProfile().subarray(0, 131)],
    ['no signature', Buffer.alloc(400)],
    ['a cut list of tags', colourProfile().subarray(0, 150)],
    ['no colours', Buffer.concat([colourProfile().subarray(0, 128), Buffer.alloc(4)])],
    ['a million tags', withNumber(colourProfile(), 128, 1_000_000)],
    ['tags that overlap to many times its size', overlapping()],
  ])('is dropped when it cannot be read: %s', (_what, profile) => {
    expect(withoutTexts(profile)).toBeUndefined();
  });

  it('does not change when it is cleaned again, and never grows much', () => {
    const source = colourProfile([['A2B0', lookupTable(3)], ...TELLING]);
    const change = fc.tuple(fc.nat(source.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        const profile = Buffer.from(source);
        for (const [at, value] of changes) profile[at] = value;
        const once = withoutTexts(profile);
        if (!once) return;
        expect(once.length).toBeLessThan(2 * profile.length + 2_000);
        expect(withoutTexts(once)).toEqual(once);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

function withNumber(profile: Buffer, at: number, value: number): Buffer {
  profile.writeUInt32BE(value, at);
  return profile;
}

/** A profile whose tags each span the whole rest of the file. */
function overlapping(): Buffer {
  const names = ['A2B0', 'A2B1', 'A2B2', 'B2A0', 'B2A1', 'B2A2'];
  const tag = profileTag('mpet', '');
  const profile = colourProfile(
    names.map((name) => [name, tag] as const).concat([['D2B0', Buffer.alloc(60_000, 'mpet\0\0\0\0')]]),
  );
  for (let index = 0; index < names.length; index++) {
    const at = profile.readUInt32BE(132 + 12 * index + 4);
    profile.writeUInt32BE(profile.length - at, 132 + 12 * index + 8);
  }
  return profile;
}
