import { buildFunctions } from '#scripts/build/functions.ts';

/** Before all tests: the bundles that they run are those of the code as it is. */
export async function setup(): Promise<void> {
  await buildFunctions({ quiet: true });
}
