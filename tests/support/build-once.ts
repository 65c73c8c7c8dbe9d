import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILE_CACHE } from 'local-appwrite/compile-cache';
import { buildFunctions } from '#scripts/build/functions.ts';

/** Before all tests: builds the bundles that they run, and makes a folder for what lasts as long as the run, which it removes afterwards. */
export async function setup(): Promise<() => void> {
  // For the many processes that tests start: half of what a command of ours takes is to read its TypeScript.
  Object.assign(process.env, COMPILE_CACHE);
  const folder = mkdtempSync(join(tmpdir(), 'complaints-tests-'));
  process.env.TESTS_FOLDER = folder;
  await buildFunctions({ quiet: true });
  return () => rmSync(folder, { recursive: true, force: true });
}
