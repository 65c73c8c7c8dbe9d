import { defineConfig } from 'vitest/config';
import { AssertionReporter } from './scripts/local/tests/contract/support/assertion-reporter.ts';
import { apiTests } from './tests/support/api-tests.ts';

const { APPWRITE_FUNCTIONS_DOMAIN, APPWRITE_CORPUS_PROJECT_ID } = process.env;

/**
 * The contract suite and the product with the tests of its API, on the real Appwrite that the environment names; with
 * APPWRITE_CORPUS_PROJECT_ID the recorded corpus, too.
 */
export default defineConfig({
  test: {
    name: 'appwrite',
    include: [
      'scripts/local/tests/contract/**/*.test.ts',
      ...apiTests().portable,
      ...(APPWRITE_CORPUS_PROJECT_ID ? ['scripts/local/tests/corpus/real.ts'] : []),
    ],
    exclude: APPWRITE_FUNCTIONS_DOMAIN ? [] : ['scripts/local/tests/contract/domain.test.ts'],
    globalSetup: ['scripts/local/tests/contract/support/leftovers.ts', 'tests/support/deploy-once.ts'],
    reporters: ['default', new AssertionReporter()],
    pool: 'forks',
    fileParallelism: false,
    sequence: { shuffle: true },
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
