import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { replaceFile } from '#scripts/build/replace-file.ts';
import { SDK_ALIASES } from '#scripts/build/sdk-aliases.ts';

export const SDK_FOLDER = fileURLToPath(new URL('../../.local/test-sdk', import.meta.url));

/**
 * Bundles node-appwrite with our transport, as the functions have it, for tests that call services directly. It may run
 * while tests load the bundle: knip loads the configuration of the tests, too.
 */
export async function bundleSdk(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [
      { in: 'node-appwrite', out: 'node-appwrite' },
      { in: 'node-appwrite/file', out: 'file' },
    ],
    outdir: SDK_FOLDER,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    alias: SDK_ALIASES,
    write: false,
  });
  await Promise.all(outputFiles.map(({ path, contents }) => replaceFile(path, contents)));
}
