import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of the package that a bundled file comes from, relative to the repository; undefined for our own. */
function packageOf(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

/**
 * The licence texts of all packages in a bundle, which those licences require. `inputs` are paths relative to `root`.
 */
export async function licencesOf(root: string, inputs: Iterable<string>): Promise<string> {
  const folders = new Set([...inputs].map(packageOf).filter((folder) => folder !== undefined));
  const texts = await Promise.all([...folders].sort().map((folder) => licenceOf(join(root, folder))));
  return texts.join('\n\n');
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
  return `${name} ${version} (${license})\n${'-'.repeat(40)}\n${text.trim()}`;
}
