import { startVitest } from 'vitest/node';

/** Sends generated requests to a local server: npm run fuzz -- 100000 [seed]. */
const [runs = '100000', seed] = process.argv.slice(2);
process.env.FUZZ_RUNS = runs;
if (seed !== undefined) process.env.FUZZ_SEED = seed;
const vitest = await startVitest('test', ['tests/docs/fuzz.test.ts'], { run: true, watch: false });
await vitest.close();
