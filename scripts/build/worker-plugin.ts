import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const SOURCE = /shared\/security\/worker-source\.ts$/;
const WORKER = fileURLToPath(new URL('../../shared/security/bcrypt-worker.ts', import.meta.url));

/** Puts the bcrypt worker's own bundle as text into the function's: a deployed function is one file. */
export const workerPlugin: Plugin = {
  name: 'bcrypt-worker',
  setup({ onLoad }) {
    let code: Promise<string> | undefined;
    onLoad({ filter: SOURCE }, async () => {
      code ??= bundleWorker();
      const inlined = { source: await code, options: { eval: true } };
      return { contents: `export const bcryptWorker = ${JSON.stringify(inlined)};`, loader: 'js' };
    });
  },
};

async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [WORKER],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild made no worker');
  return file.text;
}
