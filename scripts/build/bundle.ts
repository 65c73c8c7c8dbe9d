import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { docsPlugin } from './docs-plugin.ts';
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

/** One CommonJS file out of one entry: parts behind `import()` stay in it, but are first run when asked for. */
export async function bundle(id: string, entry: string, file: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    outfile: file,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
    alias: { undici: `${transport}/undici.ts`, 'json-bigint': `${transport}/json-bigint.ts` },
    plugins: [workerPlugin, docsPlugin, trimPlugin, sdkPlugin([dirname(entry), `${root}shared/appwrite`])],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  const code = output.contents;
  await replace(file, code);
  const zipped = await promisify(gzip)(code);
  return { id, file, bytes: code.length, gzipBytes: zipped.length, inputs: inputsOf(metafile) };
}

/** In one step, so that nobody who builds or serves at the same time ever reads half a bundle. */
async function replace(file: string, code: Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, code);
  await rename(draft, file);
}

function inputsOf({ outputs }: Metafile): Map<string, number> {
  const inputs = new Map<string, number>();
  for (const output of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) inputs.set(path, bytesInOutput);
  }
  return inputs;
}
