import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const require = createRequire(import.meta.url);
const WORKER_SOURCE = /shared\/security\/worker-source\.ts$/;
const PAGE_SOURCE = /functions\/docs\/embedded\.ts$/;
const worker = fileURLToPath(new URL('../../shared/security/bcrypt-worker.ts', import.meta.url));
const page = fileURLToPath(new URL('../../functions/docs/page', import.meta.url));

async function bundleText(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, minify: true, ...options, write: false });
  const [file] = outputFiles ?? [];
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return file.text;
}

const forBrowsers: BuildOptions = { platform: 'browser', target: 'es2022', format: 'iife' };
const withoutMap = (text: string) => text.replace(/\n?\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/, '');

async function withLibrary(library: string, entry: string): Promise<string> {
  const text = await readFile(library, 'utf8');
  return `${withoutMap(text)}\n${await bundleText(`${page}/${entry}`, forBrowsers)}`;
}

async function bcryptWorker(): Promise<string> {
  const source = await bundleText(worker, { platform: 'node', target: 'node24', format: 'cjs' });
  return `export const bcryptWorker = ${JSON.stringify({ source, options: { eval: true } })};`;
}

async function explorer(): Promise<string> {
  const { openApiDocument } = await import('../openapi/document.ts');
  const [script, style] = await Promise.all([
    withLibrary(require.resolve('swagger-ui-dist/swagger-ui-bundle.js'), 'explorer.ts'),
    withLibrary(require.resolve('swagger-ui-dist/swagger-ui.css'), 'explorer.css'),
  ]);
  return `export const embedded = ${JSON.stringify({ document: openApiDocument(), script, style })};`;
}

/**
 * A deployed function is one file, so two modules are replaced by what they stand for: the bcrypt worker's own bundle as
 * text, and the OpenAPI document with the explorer's script and style.
 */
export const embeddedTexts: Plugin = {
  name: 'embedded-texts',
  setup({ onLoad }) {
    onLoad({ filter: WORKER_SOURCE }, async () => ({ contents: await bcryptWorker(), loader: 'js' }));
    onLoad({ filter: PAGE_SOURCE }, async () => ({ contents: await explorer(), loader: 'js' }));
  },
};
