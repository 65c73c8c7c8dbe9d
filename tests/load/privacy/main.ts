import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, wholeNumber } from '#scripts/project/command.ts';
import { compareAnswers } from './compare-answers.ts';

await runCommand({
  usage: `Usage: npm run privacy -- [--seed 1] [--rounds 20] [--steps 40]
  Compares the answers of two databases that differ only in what the viewers may not know. Fails on any difference.
  --rounds   random histories, each with the next seed
  --steps    steps of each history`,
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    steps: { type: 'string', default: '40' },
  },
  async run(values) {
    const first = wholeNumber('--seed', values.seed, { min: 0, max: 2 ** 31 });
    const rounds = wholeNumber('--rounds', values.rounds, { min: 1, max: 1_000_000 });
    const steps = wholeNumber('--steps', values.steps, { min: 1, max: 100_000 });
    await buildFunctions({ quiet: true });
    for (let seed = first; seed < first + rounds; seed += 1) {
      const started = performance.now();
      const figures = await compareAnswers(seed, steps);
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      console.log(`seed ${seed}: ${JSON.stringify(figures)} in ${seconds} s`);
    }
  },
});
