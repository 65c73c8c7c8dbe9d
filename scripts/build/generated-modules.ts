import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { isPublic, readDeclaration } from '../deploy/declaration.ts';
import { minutesBetween } from '../project/layout.ts';
import { PROJECT_FILE } from '../project/local-settings.ts';

const require = createRequire(import.meta.url);
const BCRYPT_WORKER = /shared\/security\/worker-source\.ts$/;
const COMMON_PASSWORDS = /shared\/security\/common-passwords\.ts$/;
const BUILT_PAGE = /functions\/docs\/built-page\.ts$/;
const BUNDLED_FUNCTIONS = /functions\/background\/bundled-functions\.ts$/;
const FUNCTION_OF_PATH = /shared\/http\/function-of-path\.ts$/;
const root = fileURLToPath(new URL('../../', import.meta.url));
const worker = fileURLToPath(new URL('../../shared/security/bcrypt-worker.ts', import.meta.url));
const page = fileURLToPath(new URL('../../functions/docs/page', import.meta.url));

async function bundleText(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, minify: true, ...options, write: false });
  const [file] = outputFiles ?? [];
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return file.text;
}

const forBrowsers: BuildOptions = { platform: 'browser', target: 'es2022', format: 'iife' };

async function readWithoutMap(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  return text.replace(/\n?\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/, '');
}

async function bcryptWorker(): Promise<string> {
  const source = await bundleText(worker, { platform: 'node', target: 'node24', format: 'cjs' });
  return `export const bcryptWorker = ${JSON.stringify({ source, options: { eval: true } })};`;
}

/** esbuild loads the list as text. */
const COMMON_PASSWORDS_AS_TEXT = `import text from '#shared/security/common-passwords.txt';
export const COMMON_PASSWORDS = text;`;

async function explorer(): Promise<string> {
  const { openApiDocument } = await import('../openapi/document.ts');
  const [script, library, libraryStyle, pageStyle] = await Promise.all([
    bundleText(`${page}/explorer.ts`, forBrowsers),
    readWithoutMap(require.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
    readWithoutMap(require.resolve('swagger-ui-dist/swagger-ui.css')),
    bundleText(`${page}/explorer.css`, forBrowsers),
  ]);
  const style = `${libraryStyle}\n${pageStyle}`;
  return `export const embedded = ${JSON.stringify({ document: openApiDocument(), script, library, style })};`;
}

/** Every function without clients, with its events and the minutes between its scheduled runs from appwrite.json. */
function bundledFunctions(): string {
  const functions = readDeclaration(PROJECT_FILE).functions.filter((fn) => !isPublic(fn));
  const imports = functions.map(({ $id }, at) => `import handle${at} from '#functions/${$id}/main.ts';`);
  const members = functions.map(({ $id: id, events, schedule }, at) => {
    const everyMinutes = schedule === '' ? 'undefined' : minutesBetween(schedule);
    return `{ id: ${JSON.stringify(id)}, events: ${JSON.stringify(events)}, everyMinutes: ${everyMinutes}, handle: handle${at} }`;
  });
  return `${imports.join('\n')}\nexport const members = [${members.join(', ')}];`;
}

async function functionOfPath(): Promise<string> {
  const { servedPaths } = await import('../project/routes.ts');
  return `export const functionOfPath = ${JSON.stringify(servedPaths())};`;
}

/**
 * Generates five modules, so that a deployed function is one file without unused code: the bcrypt worker's bundle as
 * text, the list of common passwords, the OpenAPI document with the explorer's script and style, the functions in
 * `background`, and the function of each path.
 */
export const generatedModules: Plugin = {
  name: 'generated-modules',
  setup({ onLoad }) {
    onLoad({ filter: BCRYPT_WORKER }, async () => ({ contents: await bcryptWorker(), loader: 'js' }));
    onLoad({ filter: COMMON_PASSWORDS }, () => ({
      contents: COMMON_PASSWORDS_AS_TEXT,
      loader: 'js',
      resolveDir: root,
    }));
    onLoad({ filter: BUILT_PAGE }, async () => ({ contents: await explorer(), loader: 'js' }));
    onLoad({ filter: BUNDLED_FUNCTIONS }, () => ({ contents: bundledFunctions(), loader: 'js', resolveDir: root }));
    onLoad({ filter: FUNCTION_OF_PATH }, async () => ({ contents: await functionOfPath(), loader: 'js' }));
  },
};
