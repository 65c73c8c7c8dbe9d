import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Bundle, bundle } from './bundle.ts';

export type BuildRequest = {
  quiet?: boolean;
  /** The ids of the functions to build; all by default. */
  only?: readonly string[];
};

const functions = fileURLToPath(new URL('../../functions', import.meta.url));

/** Bundles every function into its `dist` folder. */
export async function buildFunctions({ quiet = false, only }: BuildRequest = {}): Promise<Bundle[]> {
  const ids = (await readdir(functions)).filter((id) => existsSync(`${functions}/${id}/main.ts`)).sort();
  const wanted = ids.filter((id) => only?.includes(id) ?? true);
  const bundles = await bundle(wanted);
  if (!quiet)
    for (const { id, content } of bundles)
      console.log(`${id}: ${content.length} bytes, ${gzipSync(content).length} gzipped`);
  return bundles;
}
