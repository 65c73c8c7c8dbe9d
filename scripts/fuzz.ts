import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** Sends generated requests to a local server: npm run fuzz -- 100000 [seed]. */
const [runs = '100000', seed] = process.argv.slice(2);
const vitest = createRequire(import.meta.url).resolve('vitest/vitest.mjs');
const env = { ...process.env, FUZZ_RUNS: runs, ...(seed === undefined ? {} : { FUZZ_SEED: seed }) };
const args = [vitest, 'run', '--project', 'docs', 'tests/docs/fuzz.test.ts', '--reporter', 'verbose'];
process.exitCode = spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1;
