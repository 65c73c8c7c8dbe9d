import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { type BuildOptions, build, type Metafile, type Plugin, type PluginBuild } from 'esbuild';
import { withDirectImports } from './sdk-imports.ts';

export type Settings = BuildOptions & { plugins: Plugin[]; absWorkingDir: string };

/** By path, the names that the lazy part takes from the main one. */
type Shared = Map<string, ReadonlySet<string>>;

/** What a bundle keeps packed until somebody asks for it. */
export interface LazyPart {
  /** Builds the main part, with the lazy one packed into it. */
  settings: Settings;
  metafile: Metafile | undefined;
  packedBytes: number;
}

/**
 * Modules behind `import()` become one compressed text within the bundle, so that a request that needs none of them
 * pays for none of them. What they share with the main part they get from there: no module is ever there twice.
 */
export async function packLazyModules(entry: string, settings: Settings): Promise<LazyPart> {
  const { modules, main } = await outline(entry, settings);
  if (modules.length === 0)
    return { settings: { ...settings, entryPoints: [entry] }, metafile: undefined, packedBytes: 0 };
  const shared: Shared = new Map();
  const { metafile, outputFiles } = await build({
    ...settings,
    stdin: {
      contents: modules.map((path, at) => `exports[${at}] = () => require('${path}');`).join(''),
      resolveDir: '.',
    },
    plugins: [sharing(main, shared), ...settings.plugins],
    metafile: true,
    write: false,
  });
  const packed = (await promisify(brotliCompress)(outputFiles[0]?.contents ?? '')).toString('base64');
  const plugins = [unpacking(modules, packed), ...settings.plugins];
  const stdin = { contents: mainEntry(entry, shared, [...main]), resolveDir: settings.absWorkingDir };
  return { settings: { ...settings, stdin, plugins }, metafile, packedBytes: packed.length };
}

/** What is behind `import()`, and what is not. */
async function outline(entry: string, settings: Settings): Promise<{ modules: string[]; main: ReadonlySet<string> }> {
  const modules = new Set<string>();
  const plugin = {
    name: 'lazy-modules',
    setup(setup: PluginBuild) {
      onDynamicImport(setup, (path) => {
        modules.add(path);
        return { path, external: true };
      });
    },
  };
  const plugins = [plugin, ...settings.plugins];
  const { metafile } = await build({ ...settings, entryPoints: [entry], plugins, metafile: true, write: false });
  const main = Object.keys(metafile.inputs).map((path) => resolve(settings.absWorkingDir, path));
  // Sorted, as all that follows: the same sources make the same bundle, byte for byte.
  return { modules: [...modules].sort(), main: new Set(main.sort()) };
}

/** In the lazy part: what the main part has as well comes from there by name, and is noted. */
function sharing(main: ReadonlySet<string>, shared: Shared): Plugin {
  return {
    name: 'shared-modules',
    setup({ onResolve, resolve: find }) {
      onResolve({ filter: /./ }, async ({ path, pluginData, kind, importer, resolveDir }) => {
        if (pluginData === 'asked') return undefined;
        const found = await find(path, { kind, importer, resolveDir, pluginData: 'asked' });
        if (!main.has(found.path)) return found;
        const names = kind === 'import-statement' ? await namesImported(importer, path) : undefined;
        if (!names) return { errors: [{ text: `${path} is not imported by name, and would be in the bundle twice` }] };
        const known = shared.get(found.path) ?? new Set();
        shared.set(found.path, new Set([...known, ...names]));
        return { path: `main:${[...main].indexOf(found.path)}`, external: true };
      });
    },
  };
}

/** The names that one source takes from another; undefined when it takes everything. */
async function namesImported(importer: string, from: string): Promise<Set<string> | undefined> {
  const source = withDirectImports(await readFile(importer, 'utf8'));
  const imports = [...source.matchAll(/^(?:im|ex)port (.+?) from ['"](.+?)['"]/gms)];
  const lists = imports.filter(([, , path]) => path === from);
  if (lists.length === 0 || lists.some(([, list = '']) => !/^(type )?\{/.test(list))) return undefined;
  const values = lists.filter(([, list = '']) => !list.startsWith('type '));
  const names = values.flatMap(([, list = '']) => list.match(/(?<=[{,]\s*)(?!type\b)\w+/g) ?? []);
  return new Set(names);
}

function mainEntry(entry: string, shared: Shared, main: readonly string[]): string {
  const offers = [...shared.keys()].sort().map((path) => {
    const at = main.indexOf(path);
    const pairs = [...(shared.get(path) ?? [])].sort().map((name) => [name, `${name}_${at}`] as const);
    const imports = pairs.map(([name, local]) => `${name} as ${local}`).join();
    return `import { ${imports} } from '${path}'; offered['main:${at}'] = { ${pairs.map((pair) => pair.join(': ')).join()} };`;
  });
  return `import { offered } from 'lazy:offered'; ${offers.join('\n')}\nexport { default } from '${entry}';`;
}

/** In the main part: whoever imports a lazy module gets it from the packed text, which is unpacked for the first. */
function unpacking(modules: readonly string[], packed: string): Plugin {
  const sources: Record<string, string> = {
    offered: 'export const offered = {};',
    packed: `
      import { offered } from 'lazy:offered';
      const code = require('node:zlib').brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString();
      const run = require('node:vm').compileFunction(code, ['exports', 'require'], { filename: __filename + '.lazy' });
      export const modules = {};
      run(modules, (name) => offered[name] ?? require(name));
    `,
  };
  return {
    name: 'lazy-part',
    setup(setup) {
      onDynamicImport(setup, (path) => ({ path: String(modules.indexOf(path)), namespace: 'lazy' }));
      setup.onResolve({ filter: /^lazy:/ }, ({ path }) => ({ path: path.slice(5), namespace: 'lazy' }));
      setup.onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => ({
        contents: sources[path] ?? `module.exports = require('lazy:packed').modules[${path}]();`,
      }));
    },
  };
}

/** Everything behind `import()` but the modules of Node itself. */
function onDynamicImport(
  { onResolve, resolve }: PluginBuild,
  found: (path: string) => { path: string; namespace?: string; external?: boolean },
): void {
  onResolve({ filter: /./ }, async ({ kind, path, importer, resolveDir }) => {
    if (kind !== 'dynamic-import' || path.startsWith('node:')) return undefined;
    const { path: file, errors } = await resolve(path, { kind: 'import-statement', importer, resolveDir });
    return errors.length > 0 ? { errors } : found(file);
  });
}
