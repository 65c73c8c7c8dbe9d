import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'esbuild';
import { generatedModules } from './generated-modules.ts';
import { licencesOf } from './licences.ts';

/** `inputs`: the files that the bundle was made of, relative to the repository. */
export type Bundle = { id: string; file: string; bytes: number; gzipBytes: number; inputs: string[] };

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bundles one entry into one CommonJS file, with the licences of the packages in it beside it. The same sources make the same bytes. */
export async function bundle(id: string, entry: string, file: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    alias: {
      undici: `${root}shared/appwrite/transport/undici.ts`,
      'json-bigint': `${root}shared/appwrite/transport/json-bigint.ts`,
    },
    plugins: [generatedModules],
    metafile: true,
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${id}`);
  await replace(file, output.contents);
  const inputs = Object.keys(metafile.inputs);
  await replace(`${dirname(file)}/LICENCES.txt`, await licencesOf(root, inputs));
  const gzipped = await promisify(gzip)(output.contents);
  return { id, file, bytes: output.contents.length, gzipBytes: gzipped.length, inputs };
}

/** Writes a file atomically: a build or server running at the same time never reads half a bundle. */
async function replace(file: string, content: Uint8Array | string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, content);
  await rename(draft, file);
}
