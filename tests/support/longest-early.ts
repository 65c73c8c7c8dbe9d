import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { seededRandom } from './seeded-random.ts';

/** The files that take longest, by their paths. */
const LONGEST =
  /\/(corpus\/corpus|databases|deploy\/(breakage|commands|layouts)|docs\/(example-scripts|page)|failures|compare-answers|daily-pass)\.test\.ts$/;

/** Runs the test files in random order, but the longest ones in the first half, so that no core is idle at the end. */
export class LongestEarly extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const random = seededRandom(this.ctx.config.sequence.seed);
    const ranked = files.map((file) => ({ file, rank: random.below(LONGEST.test(file.moduleId) ? 2 ** 30 : 2 ** 31) }));
    ranked.sort((a, b) => a.rank - b.rank);
    return ranked.map(({ file }) => file);
  }
}
