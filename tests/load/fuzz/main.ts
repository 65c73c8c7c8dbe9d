import { startVitest } from 'vitest/node';
import { runCommand, wholeNumber } from '#scripts/project/command.ts';

await runCommand({
  usage: `Usage: npm run fuzz -- [--requests 100000] [--seed NUMBER]
  Sends generated requests to a local server and compares each answer with the API document.
  --seed   repeats a run; random and printed by default`,
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string' } },
  async run({ requests, seed }) {
    process.env.FUZZ_RUNS = String(wholeNumber('--requests', requests, { min: 1, max: 100_000_000 }));
    if (seed !== undefined) process.env.FUZZ_SEED = String(wholeNumber('--seed', seed, { min: 0, max: 2 ** 31 }));
    const vitest = await startVitest('test', ['tests/docs/fuzz.test.ts'], { run: true, watch: false });
    await vitest.close();
    // Vitest sets exitCode when a test fails.
    return Number(process.exitCode ?? 0);
  },
});
