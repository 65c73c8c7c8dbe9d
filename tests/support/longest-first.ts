import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { seededRandom } from './seeded-random.ts';

/** The files that take longest, by their paths. */
const LONGEST = /\/(databases|docs\/page|corpus\/corpus)\.test\.ts$/;

/** Runs the test files in random order, but the longest ones first, so that no core is idle at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const random = seededRandom(this.ctx.config.sequence.seed);
    const ranked = files.map((file) => ({ file, isLong: LONGEST.test(file.moduleId), rank: random.below(2 ** 31) }));
    ranked.sort((a, b) => Number(b.isLong) - Number(a.isLong) || a.rank - b.rank);
    return ranked.map(({ file }) => file);
  }
}
