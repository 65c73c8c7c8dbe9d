import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What lasts as long as a run of tests lies here: workers are children of the process that makes and removes it. */
export const SHARED_FOLDER = join(
  tmpdir(),
  `complaints-tests-${process.env.VITEST_POOL_ID ? process.ppid : process.pid}`,
);
