import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { docsPlugin } from './docs-plugin.ts';
import { type LazyPart, packLazyModules, type Settings } from './lazy-part.ts';
import { sdkPlugin } from './sdk-plugin.ts';
import { trimPlugin } from './trim-plugin.ts';
import { workerPlugin } from './worker-plugin.ts';

export interface Bundle {
  id: string;
  file: string;
  bytes: number;
  gzipBytes: number;
  /** Bytes in the bundle by input file, as esbuild counts them. */
  inputs: Map<string, number>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const transport = `${root}shared/appwrite/transport`;

/** One CommonJS file out of one entry; parts behind `import()` are in it, packed until they are asked for. */
export async function bundle(id: string, entry: string, file: string): Promise<Bundle> {
  const lazy = await packLazyModules(entry, settingsOf(entry));
  const { metafile, outputFiles } = await build({ ...lazy.settings, outfile: file, metafile: true, write: false });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  const code = output.contents;
  await replace(file, code);
  const zipped = await promisify(gzip)(code);
  return { id, file, bytes: code.length, gzipBytes: zipped.length, inputs: inputsOf(metafile, lazy) };
}

function settingsOf(entry: string): Settings {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    alias: { undici: `${transport}/undici.ts`, 'json-bigint': `${transport}/json-bigint.ts` },
    plugins: [workerPlugin, docsPlugin, trimPlugin, sdkPlugin([dirname(entry), `${root}shared/appwrite`])],
  };
}

/** In one step, so that nobody who builds or serves at the same time ever reads half a bundle. */
async function replace(file: string, code: Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, code);
  await rename(draft, file);
}

/** Packed modules count with their share of the packed text. */
function inputsOf(main: Metafile, { metafile: lazy, packedBytes }: LazyPart): Map<string, number> {
  const inputs = weights(main);
  const packed = weights(lazy);
  const all = [...packed.values()].reduce((sum, bytes) => sum + bytes, 0);
  for (const [path, bytes] of packed)
    inputs.set(path, (inputs.get(path) ?? 0) + Math.ceil((bytes * packedBytes) / all));
  return inputs;
}

function weights(metafile: Metafile | undefined): Map<string, number> {
  const inputs = new Map<string, number>();
  for (const output of Object.values(metafile?.outputs ?? {})) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (!/^lazy:|^<stdin>/.test(path)) inputs.set(path, bytesInOutput);
    }
  }
  return inputs;
}
