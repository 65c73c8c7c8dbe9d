import { expect, it } from 'vitest';
import { compareAnswers } from '#tests/load/privacy/compare-answers.ts';

const seed = Math.floor(Math.random() * 2 ** 31);

/** Runs `npm run privacy` on a smaller scale. */
it(`two databases that differ only in what a viewer may not know answer every question alike (seed ${seed})`, async () => {
  const { cases, hidden, answers } = await compareAnswers(seed, 5, { divided: true });
  expect(cases).toBeGreaterThanOrEqual(2);
  expect(hidden).toBeGreaterThanOrEqual(1);
  expect(answers).toBeGreaterThan(100);
});
