import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const require = createRequire(import.meta.url);
const PLACEHOLDER = /functions\/docs\/embedded\.ts$/;
const page = fileURLToPath(new URL('../../functions/docs/page', import.meta.url));

/** Puts the OpenAPI document and the explorer's files as texts into the docs function: nothing comes from anywhere else. */
export const docsPlugin: Plugin = {
  name: 'docs-embedded',
  setup({ onLoad }) {
    let contents: Promise<string> | undefined;
    onLoad({ filter: PLACEHOLDER }, async () => {
      contents ??= embeddedModule();
      return { contents: await contents, loader: 'js' };
    });
  },
};

async function embeddedModule(): Promise<string> {
  const { openApiDocument } = await import('../openapi/document.ts');
  const [script, style] = await Promise.all([explorerScript(), explorerStyle()]);
  return `export const embedded = ${JSON.stringify({ document: openApiDocument(), script, style })};`;
}

async function own(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${page}/${file}`],
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${file}`);
  return output.text;
}

const withoutMap = (text: string) => text.replace(/\n?\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/, '');

async function explorerScript(): Promise<string> {
  const [library, ours] = await Promise.all([
    readFile(require.resolve('swagger-ui-dist/swagger-ui-bundle.js'), 'utf8'),
    own('explorer.ts'),
  ]);
  return `${withoutMap(library)}\n${ours}`;
}

async function explorerStyle(): Promise<string> {
  const [library, ours] = await Promise.all([
    readFile(require.resolve('swagger-ui-dist/swagger-ui.css'), 'utf8'),
    own('explorer.css'),
  ]);
  return `${withoutMap(library)}\n${ours}`;
}
