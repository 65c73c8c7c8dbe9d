import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { generatedModules } from './generated-modules.ts';
import { licencesOf } from './licences.ts';
import { replaceFile } from './replace-file.ts';
import { SDK_ALIASES } from './sdk-aliases.ts';

/** `inputs`: the source files of the bundle, relative to the repository. */
export type Bundle = { id: string; file: string; content: Uint8Array; inputs: string[] };

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A module that few requests need; in a file of its own it does not add its 3 ms to each cold start. */
const SEPARATE_MODULE = 'phone-number';

const separateModule: Plugin = {
  name: 'separately',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`/${SEPARATE_MODULE}\\.ts$`) }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${SEPARATE_MODULE}.cjs`, external: true } : undefined,
    );
  },
};

/**
 * Bundles each function into one CommonJS file `<folder>/<id>/dist/main.cjs`, and the licences of its packages beside
 * it. The same sources give the same bytes. Names are kept, so that logged errors show where they came from.
 */
export async function bundle(ids: readonly string[], folder = `${root}functions`): Promise<Bundle[]> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [
      ...ids.map((id) => ({ in: `functions/${id}/main.ts`, out: `${id}/dist/main` })),
      { in: `shared/contract/${SEPARATE_MODULE}.ts`, out: SEPARATE_MODULE },
    ],
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    alias: SDK_ALIASES,
    plugins: [generatedModules, separateModule],
    metafile: true,
    write: false,
  });
  const outputOf = (entry: string, path: string) => {
    const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === entry);
    const content = outputFiles.find((file) => file.path === path)?.contents;
    if (!output || !content) throw new Error(`esbuild made nothing of ${entry}`);
    return { content, inputs: Object.keys(output.inputs), imports: output.imports.map(({ path }) => path) };
  };
  const separate = outputOf(`shared/contract/${SEPARATE_MODULE}.ts`, `${folder}/${SEPARATE_MODULE}.cjs`);
  return Promise.all(
    ids.map(async (id) => {
      const file = `${folder}/${id}/dist/main.cjs`;
      const { content, inputs, imports } = outputOf(`functions/${id}/main.ts`, file);
      await replaceFile(file, content);
      if (imports.includes(`./${SEPARATE_MODULE}.cjs`)) {
        await replaceFile(`${dirname(file)}/${SEPARATE_MODULE}.cjs`, separate.content);
        inputs.push(...separate.inputs);
      }
      await replaceFile(`${dirname(file)}/LICENCES.txt`, await licencesOf(root, inputs));
      return { id, file, content, inputs };
    }),
  );
}
