import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildFunctions } from '#scripts/build/functions.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';

/** Functions of the bench itself, deployed beside those of the product. */
const CONTESTANTS = ['by-hand', 'stock-sdk', 'empty'] as const;

export type BenchProject = { config: string; functionIds: string[]; remove(): Promise<void> };
type Declared = { functions: { $id: string; path: string }[] };

/** Builds all functions and writes a project file that declares those of the product and of the bench. */
export async function makeProject(): Promise<BenchProject> {
  await buildFunctions({ quiet: true });
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const entry = (name: string) => fileURLToPath(new URL(`contestants/${name}.ts`, import.meta.url));
  await build({
    entryPoints: Object.fromEntries(CONTESTANTS.map((name) => [`${name}/main`, entry(name)])),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    ...{ bundle: true, minify: true, platform: 'node', target: 'node24', format: 'cjs' },
  });
  const project: Declared = JSON.parse(await readFile(PROJECT_FILE, 'utf8'));
  const functionIds = project.functions.map(({ $id }) => $id);
  const complaints = project.functions.find(({ $id }) => $id === 'complaints');
  const functions = [
    ...project.functions.map((one) => ({ ...one, path: resolve(dirname(PROJECT_FILE), one.path) })),
    ...CONTESTANTS.map((name) => ({ ...complaints, $id: name, name, path: join(folder, name) })),
  ];
  const config = join(folder, 'appwrite.json');
  await writeFile(config, JSON.stringify({ ...project, functions }));
  return { config, functionIds, remove: () => rm(folder, { recursive: true, force: true }) };
}
