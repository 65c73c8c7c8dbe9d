import { parseArgs } from 'node:util';
import { buildFunctions } from '#scripts/build/functions.ts';
import { consult } from './oracle.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    steps: { type: 'string', default: '40' },
  },
});

await buildFunctions({ quiet: true });
for (let round = 0; round < Number(values.rounds); round += 1) {
  const seed = Number(values.seed) + round;
  const started = performance.now();
  const figures = await consult(seed, Number(values.steps));
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`seed ${seed}: ${JSON.stringify(figures)} in ${seconds} s`);
}
