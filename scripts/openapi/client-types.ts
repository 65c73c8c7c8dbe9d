import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Json } from './json.ts';

// openapi-typescript needs TypeScript's JavaScript API, which the native compiler no longer has.
const require = createRequire(import.meta.url);
const compiler = pathToFileURL(require.resolve('@ts-morph/common')).href;
const COMPILER = `export { ts as default } from ${JSON.stringify(compiler)};`;

function provideCompiler(): void {
  const url = new URL('./borrowed-compiler.mjs', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'typescript' ? { url, format: 'module', shortCircuit: true } : next(specifier, context),
    load: (wanted, context, next) =>
      wanted === url ? { format: 'module', source: COMPILER, shortCircuit: true } : next(wanted, context),
  });
}

/** TypeScript types for openapi-fetch, generated from the document. */
export async function clientTypes(document: Json): Promise<string> {
  provideCompiler();
  const { astToString, default: openapiTs } = await import('openapi-typescript');
  return astToString(await openapiTs(JSON.stringify(document)));
}
