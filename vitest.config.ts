import { defineConfig } from 'vitest/config';
import { AssertionReporter } from './scripts/local/tests/contract/support/assertion-reporter.ts';
import { CountReporter } from './tests/support/count-reporter.ts';

const TIMED = 'tests/performance/**/*.test.ts';

/** What depends on how a database compares, sorts and locks; `behaviour` runs it on MariaDB. */
const ON_EVERY_DATABASE = ['list', 'find', 'concurrency'].map((name) => `tests/api/complaints/${name}.test.ts`);

export default defineConfig({
  test: {
    sequence: { shuffle: true },
    pool: 'forks',
    // What a request leaves behind is gone by the time a larger young generation is full; copying it took a tenth of all.
    execArgv: ['--max-semi-space-size=64'],
    // Tests wait for servers in processes of their own more than they compute.
    maxWorkers: 3,
    reporters: ['default', new AssertionReporter(), new CountReporter()],
    // Long enough for a machine that is busy with other things; what hangs is told all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['tests/support/build-once.ts'],
    projects: [
      // What is slow is to read the code and to warm it up, so the files that a worker runs share it.
      {
        extends: true,
        test: {
          name: 'behaviour',
          include: ['tests/**/*.test.ts', 'scripts/local/tests/**/*.test.ts'],
          exclude: [TIMED],
          isolate: false,
        },
      },
      ...['postgresql', 'mongodb'].map((database) => ({
        extends: true as const,
        test: { name: database, include: ON_EVERY_DATABASE, isolate: false, env: { TEST_DATABASE: database } },
      })),
      // What is timed wants a process of its own.
      { extends: true, test: { name: 'performance', include: [TIMED] } },
    ],
  },
});
