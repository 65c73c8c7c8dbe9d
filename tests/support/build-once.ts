import { mkdirSync, rmSync } from 'node:fs';
import { COMPILE_CACHE } from 'local-appwrite/compile-cache';
import { buildFunctions } from '#scripts/build/functions.ts';
import { SHARED_FOLDER } from './shared-folder.ts';

/** Before all tests: the bundles that they run are those of the code as it is. Afterwards nothing is left. */
export async function setup(): Promise<() => void> {
  // For the many processes that tests start: half of what a command of ours takes is to read its TypeScript.
  Object.assign(process.env, COMPILE_CACHE);
  mkdirSync(SHARED_FOLDER, { recursive: true });
  await buildFunctions({ quiet: true });
  return () => rmSync(SHARED_FOLDER, { recursive: true, force: true });
}
