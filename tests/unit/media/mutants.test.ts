import { describe, expect, it } from 'vitest';
import { PictureError } from '#shared/media/picture-error.ts';
import { MAX_PICTURE_PIXELS } from '#shared/media/picture-limits.ts';
import { cleanPicture } from '../../support/clean-picture.ts';
import { mutantSeeds, mutants } from '../../support/pictures-mutants.ts';
import { fuzzRuns, fuzzTimeout } from '../../support/seeded-random.ts';

async function outcome(bytes: Uint8Array) {
  try {
    return await cleanPicture(bytes);
  } catch (error) {
    if (error instanceof PictureError) return error;
    throw error;
  }
}

describe('mutated pictures', () => {
  it('are cleaned or refused, and do not change when they are cleaned again', { timeout: fuzzTimeout(2) }, async () => {
    let refused = 0;
    const runs = fuzzRuns(3_000);
    for (const mutant of mutants(await mutantSeeds(), runs, 20_260_102)) {
      const result = await outcome(mutant);
      if (result instanceof PictureError) {
        refused++;
        continue;
      }
      expect(result.width * result.height).toBeLessThanOrEqual(MAX_PICTURE_PIXELS);
      const again = await cleanPicture(result.bytes);
      expect({ ...again, bytes: again.bytes.length }).toEqual({ ...result, bytes: result.bytes.length });
      expect(again.bytes.equals(result.bytes)).toBe(true);
    }
    expect(refused).toBeGreaterThan(runs / 4);
    expect(refused).toBeLessThan(runs);
  });
});
