import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Bundle, bundle } from './bundle.ts';
import { faultsOf } from './rules.ts';
import { sizeTable } from './size-table.ts';

export interface BuildOptions {
  quiet?: boolean;
  /** Ids of the functions to build; all of them otherwise. */
  only?: readonly string[];
}

const functions = fileURLToPath(new URL('../../functions', import.meta.url));

/** Bundles every function into its `dist/main.cjs`, and throws when one must not be deployed. */
export async function buildFunctions({ quiet = false, only }: BuildOptions = {}): Promise<Bundle[]> {
  const ids = (await functionIds()).filter((id) => only?.includes(id) ?? true);
  const bundles = await Promise.all(ids.map(buildOne));
  if (!quiet) console.log(sizeTable(bundles));
  const faults = bundles.flatMap(faultsOf);
  if (faults.length > 0) throw new Error(`Not fit to deploy:\n${faults.join('\n')}`);
  return bundles;
}

async function functionIds(): Promise<string[]> {
  if (!existsSync(functions)) return [];
  const ids = (await readdir(functions)).filter((id) => existsSync(`${functions}/${id}/main.ts`));
  return ids.sort();
}

async function buildOne(id: string): Promise<Bundle> {
  const folder = `${functions}/${id}`;
  return bundle(id, `${folder}/main.ts`, `${folder}/dist/main.cjs`);
}
