import { defineConfig } from 'vitest/config';
import { AssertionReporter } from './tests/contract/support/assertion-reporter.ts';
import { CountReporter } from './tests/support/count-reporter.ts';

export default defineConfig({
  test: {
    sequence: { shuffle: true },
    pool: 'forks',
    // Tests wait for servers in processes of their own more than they compute.
    maxWorkers: 3,
    reporters: ['default', new AssertionReporter(), new CountReporter()],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    globalSetup: ['tests/support/build-once.ts'],
    projects: ['unit', 'local', 'api', 'docs', 'contract', 'deploy', 'performance'].map((name) => ({
      extends: true as const,
      test: { name, include: [`tests/${name}/**/*.test.ts`] },
    })),
  },
});
