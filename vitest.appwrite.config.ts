import { defineConfig } from 'vitest/config';
import { AssertionReporter } from './scripts/local/tests/contract/support/assertion-reporter.ts';

const { APPWRITE_FUNCTIONS_DOMAIN } = process.env;

/** The contract suite alone, on the real Appwrite that the environment names. */
export default defineConfig({
  test: {
    name: 'appwrite',
    include: ['scripts/local/tests/contract/**/*.test.ts'],
    exclude: APPWRITE_FUNCTIONS_DOMAIN ? [] : ['scripts/local/tests/contract/domain.test.ts'],
    globalSetup: ['scripts/local/tests/contract/support/leftovers.ts'],
    reporters: ['default', new AssertionReporter()],
    pool: 'forks',
    fileParallelism: false,
    sequence: { shuffle: true },
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
