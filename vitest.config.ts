import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { bundleSdk, SDK_FOLDER } from './tests/support/bundle-sdk.ts';
import { CountReporter } from './tests/support/count-reporter.ts';
import { LongestEarly } from './tests/support/longest-early.ts';

// The global setup imports the SDK too, so the bundle must exist before it runs.
await bundleSdk();

/** What all runs on the local Appwrite have in common. */
export const LOCAL = {
  // Tests that call Appwrite or services directly get the SDK with the transport of the bundles.
  alias: [
    { find: /^node-appwrite$/, replacement: `${SDK_FOLDER}/node-appwrite.mjs` },
    { find: /^node-appwrite\/file$/, replacement: `${SDK_FOLDER}/file.mjs` },
  ],
  server: { deps: { external: [/\/\.local\/test-sdk\//] } },
  sequence: { shuffle: true, sequencer: LongestEarly },
  pool: 'forks',
  // Reading and compiling the code takes longest, so the files that a worker runs share it.
  isolate: false,
  // A larger young generation, since copying what requests leave behind took a tenth of the time.
  execArgv: ['--max-semi-space-size=64'],
  // One more than two cores: tests wait for servers in processes of their own more than they compute.
  maxWorkers: 3,
  reporters: ['default', new CountReporter()],
  // Long enough for a busy machine; a test that hangs is still reported.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
  globalSetup: ['tests/support/build-once.ts'],
} satisfies ViteUserConfig['test'];

export default defineConfig({
  test: { ...LOCAL, include: ['tests/**/*.test.ts', 'scripts/local/tests/**/*.test.ts'] },
});
