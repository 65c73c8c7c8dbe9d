import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { generatedModules } from './generated-modules.ts';
import { licencesOf } from './licences.ts';

/** `inputs`: the files that the bundle was made of, relative to the repository. */
export type Bundle = { id: string; file: string; content: Uint8Array; inputs: string[] };

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles each function into one CommonJS file `<folder>/<id>/dist/main.cjs`, with the licences of the packages in it
 * beside it. The same sources make the same bytes. Names are kept, so that logged errors tell where they came from.
 */
export async function bundle(ids: readonly string[], folder = `${root}functions`): Promise<Bundle[]> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ids.map((id) => ({ in: `functions/${id}/main.ts`, out: `${id}/dist/main` })),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
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
  const outputs = Object.values(metafile.outputs);
  return Promise.all(
    ids.map(async (id) => {
      const file = `${folder}/${id}/dist/main.cjs`;
      const output = outputs.find(({ entryPoint }) => entryPoint === `functions/${id}/main.ts`);
      const content = outputFiles.find(({ path }) => path === file)?.contents;
      if (!output || !content) throw new Error(`esbuild made nothing of ${id}`);
      const inputs = Object.keys(output.inputs);
      await replace(file, content);
      await replace(`${dirname(file)}/LICENCES.txt`, await licencesOf(root, inputs));
      return { id, file, content, inputs };
    }),
  );
}

/** Writes a file atomically: a build or server running at the same time never reads half a bundle. */
async function replace(file: string, content: Uint8Array | string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, content);
  await rename(draft, file);
}
