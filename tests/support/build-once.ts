import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '#scripts/build/functions.ts';

/** Before all tests: the bundles that they run are those of the code as it is. */
export async function setup(): Promise<void> {
  // For the many processes that tests start: half of what a command of ours takes is to read its TypeScript.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'complaints-compile-cache');
  await buildFunctions({ quiet: true });
}
