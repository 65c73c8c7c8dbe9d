import { describe, expect, it } from 'vitest';
import { PictureError } from '#shared/media/picture-error.ts';
import { cleanPicture } from '../../support/clean-picture.ts';
import { displayed, makePicture, randomRecipe, VARIANTS } from '../../support/pictures.ts';
import { restartedFile, restartedPicture, withMarkers } from '../../support/pictures-restarts.ts';
import { fuzzRuns, fuzzTimeout, type Random, seededRandom } from '../../support/seeded-random.ts';

const END = Buffer.from([0xff, 0xd9]);
const SECRET = Buffer.from('behind the last block');

/** Expects that the file is accepted, looks the same, and does not change when it is cleaned again. */
async function expectSame(source: Buffer, what: string): Promise<Buffer> {
  const { bytes } = await cleanPicture(source);
  expect((await displayed(bytes)).pixels.equals((await displayed(source)).pixels), what).toBe(true);
  expect((await cleanPicture(bytes)).bytes.equals(bytes), what).toBe(true);
  return bytes;
}

function start(jpeg: Buffer, marker: number): number {
  return jpeg.indexOf(Buffer.from([0xff, marker]));
}

describe('the pixels of a JPEG', () => {
  it('end with their last block, in every coding and size', { timeout: fuzzTimeout(30) }, async () => {
    const random = seededRandom(20_260_105);
    for (let run = 0; run < fuzzRuns(25); run++) {
      const recipe = randomRecipe('jpeg', random);
      const source = await makePicture('jpeg', recipe);
      const what = JSON.stringify(recipe);
      const clean = await expectSame(source, what);
      const hiding = Buffer.concat([source.subarray(0, -2), SECRET, random.bytes(9), END]);
      expect((await cleanPicture(hiding)).bytes.equals(clean), what).toBe(true);
    }
  });

  it.each(VARIANTS.jpeg)('are complete without an end marker, and get one: %s', async (variant) => {
    const source = await makePicture('jpeg', { variant });
    const whole = await cleanPicture(source);
    for (const cut of [1, 2]) expect(await cleanPicture(source.subarray(0, -cut))).toEqual(whole);
    expect(await cleanPicture(Buffer.concat([source.subarray(0, -2), SECRET]))).toEqual(whole);
    expect(whole.bytes.subarray(-2).equals(END)).toBe(true);
  });

  it.each(VARIANTS.jpeg)('are refused when they are cut, with or without an end marker: %s', async (variant) => {
    const source = await makePicture('jpeg', { variant });
    const from = start(source, 0xda) + 20;
    for (let end = from; end < source.length - 3; end += 7) {
      const cut = source.subarray(0, end);
      await expect(cleanPicture(cut), `${end}`).rejects.toThrow('stops before');
    }
    await expect(cleanPicture(Buffer.concat([source.subarray(0, -6), END]))).rejects.toThrow('stops before');
  });

  it('are read in pieces, so that other requests are served in between', async () => {
    const large = await makePicture('jpeg', { width: 1_600, height: 1_600 });
    let turns = 0;
    let done = false;
    const next = () => {
      turns += 1;
      if (!done) setImmediate(next);
    };
    setImmediate(next);
    await cleanPicture(large);
    done = true;
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  it('may have unusual numbers in the header of their scan, as some cameras write them', async () => {
    const source = await makePicture('jpeg');
    source[start(source, 0xda) + 12] = 0;
    await expectSame(source, 'Se is 0');
  });

  it('may lack the finest bits of a progressive picture if there is an end marker', async () => {
    const source = await makePicture('jpeg', { variant: 'progressive' });
    const last = source.lastIndexOf(Buffer.from([0xff, 0xda]));
    await expectSame(Buffer.concat([source.subarray(0, last), END]), 'a coarse picture');
    await expect(cleanPicture(source.subarray(0, last))).rejects.toThrow('stops before');
  });
});

describe('restart markers', () => {
  it('are kept, and other bytes before them are dropped', async () => {
    const random = seededRandom(3);
    for (let run = 0; run < fuzzRuns(30); run++) {
      const size = { columns: 1 + random.below(6), rows: 1 + random.below(6), interval: 1 + random.below(5) };
      const picture = restartedPicture(random, size);
      const clean = await expectSame(restartedFile(picture), JSON.stringify(size));
      const hiding = picture.intervals.map((bytes) => Buffer.concat([bytes, SECRET]));
      expect((await cleanPicture(restartedFile(picture, withMarkers(hiding)))).bytes.equals(clean)).toBe(true);
    }
  });

  it('may be one too many at the end', async () => {
    const picture = restartedPicture(seededRandom(4));
    const clean = await cleanPicture(restartedFile(picture));
    const extra = [...picture.intervals, Buffer.alloc(0)];
    expect(await cleanPicture(restartedFile(picture, withMarkers(extra)))).toEqual(clean);
    const plain = await makePicture('jpeg');
    const unasked = Buffer.concat([plain.subarray(0, -2), Buffer.from([0xff, 0xd0, 0x11]), END]);
    expect(await cleanPicture(unasked)).toEqual(await cleanPicture(plain));
  });

  it.each([
    [
      'an interval is missing',
      (intervals: Buffer[]) => withMarkers(intervals.toSpliced(2, 1), (at) => (at < 1 ? at : at + 1)),
    ],
    [
      'an interval is there twice',
      (intervals: Buffer[]) =>
        withMarkers(intervals.toSpliced(2, 0, intervals[1] as Buffer), (at) => (at < 2 ? at : at - 1)),
    ],
    [
      'a marker has a number far from its own',
      (intervals: Buffer[]) => withMarkers(intervals, (at) => (at === 1 ? 5 : at)),
    ],
    [
      'an interval is cut',
      (intervals: Buffer[]) => withMarkers(intervals.with(1, (intervals[1] as Buffer).subarray(0, 1))),
    ],
    ['an interval is empty', (intervals: Buffer[]) => withMarkers(intervals.with(1, Buffer.alloc(0)))],
  ])('may be wrong in the middle, as far as viewers tolerate it: %s', async (what, edit) => {
    for (let seed = 1; seed < 8; seed++) {
      const picture = restartedPicture(seededRandom(seed));
      await expectSame(restartedFile(picture, edit(picture.intervals)), what);
    }
  });

  it('may not be many thousands with other bytes before each', async () => {
    const picture = restartedPicture(seededRandom(7), { columns: 200, rows: 60, interval: 1 });
    await expectSame(restartedFile(picture), 'restarts');
    const hiding = picture.intervals.map((bytes) => Buffer.concat([bytes, SECRET]));
    await expect(cleanPicture(restartedFile(picture, withMarkers(hiding)))).rejects.toThrow('far too many parts');
  });

  it('may not be missing before the last interval', async () => {
    const picture = restartedPicture(seededRandom(6));
    const cut = restartedFile(picture, withMarkers(picture.intervals.slice(0, -1)));
    await expect(cleanPicture(cut)).rejects.toThrow('stops before');
    const unmarked = restartedFile(picture, Buffer.concat(picture.intervals));
    await expect(cleanPicture(unmarked)).rejects.toThrow('stops before');
  });
});

describe('faulty pixels', () => {
  it('are refused or look the same as before', { timeout: fuzzTimeout(30) }, async () => {
    const random = seededRandom(20_260_106);
    const seeds = await Promise.all(VARIANTS.jpeg.map((variant) => makePicture('jpeg', { variant })));
    let taken = 0;
    for (let run = 0; run < fuzzRuns(120); run++) {
      const source =
        run % 2 === 0 ? random.pick(seeds as [Buffer, ...Buffer[]]) : restartedFile(restartedPicture(random));
      const faulty = damagedIn(source, start(source, 0xda) + 10, random);
      taken += (await isTakenAndSame(faulty)) ? 1 : 0;
    }
    expect(taken).toBeGreaterThan(30);
  });
});

function damagedIn(source: Buffer, from: number, random: Random): Buffer {
  const faulty = Buffer.from(source);
  const changes = 1 + random.below(3);
  for (let change = 0; change < changes; change++) {
    const value = random.chance(0.2) ? 0xff : random.below(256);
    faulty[from + random.below(faulty.length - from - 2)] = value;
  }
  return faulty;
}

async function isTakenAndSame(faulty: Buffer): Promise<boolean> {
  try {
    await expectSame(faulty, faulty.toString('base64'));
    return true;
  } catch (error) {
    if (error instanceof PictureError) return false;
    throw error;
  }
}
