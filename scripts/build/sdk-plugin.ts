import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { withDirectImports } from './sdk-imports.ts';

const SDK = /node_modules\/node-appwrite\/dist\/(services\/[\w-]+|client|query|operator|inputFile)\.mjs$/;
const OURS = /shared\/appwrite\/[\w-]+\.ts$/;
const METHOD = /^ {2}(?:static )?(?:async )?([A-Za-z]\w*)\([^\n]*\) \{\n[\s\S]*?^ {2}\}\n/gm;
const STATIC = /^_[A-Z]\w*\.(\w+) = [^;]*(?:;\n(?: {2}[^\n]*\n)*\})?;\n/gm;
/** Where a method takes its arguments one by one as well; our calls, which are typed, all pass one object. */
const POSITIONAL =
  /^ {4}let params;\n {4}if \(paramsOrFirst && .*\n {6}params = paramsOrFirst \|\| \{\};\n {4}\} else \{\n[\s\S]*?\n {4}\}\n/gm;
const MISSING = /^ {4}if \(typeof \w+ === "undefined"\) \{\n {6}throw new AppwriteException\('Missing .*\n {4}\}\n/gm;

/** What other parts of the SDK call of its client and of its files. */
const CORE = new Set(['call', 'chunkedUpload', 'prepareRequest', 'redirect', 'flatten', 'toFile']);

interface Names {
  used: ReadonlySet<string>;
  /** What our client does in its own way, without asking the SDK's. */
  replaced: ReadonlySet<string>;
}

/**
 * Leaves out the SDK's methods that no source names, as a member or in quotes, or that our client replaces.
 * A method nobody names cannot be called, and no bundler can drop methods of a class by itself.
 */
export function sdkPlugin(sourceFolders: readonly string[]): Plugin {
  return {
    name: 'unnamed-sdk-methods',
    setup({ onLoad, onResolve }) {
      const names = namesIn(sourceFolders);
      onResolve({ filter: /^\.\.?\/.*\.mjs$/ }, ({ path, resolveDir }) => {
        return resolveDir.includes('node-appwrite') ? { path: join(resolveDir, path), sideEffects: false } : undefined;
      });
      onLoad({ filter: OURS }, async ({ path }) => ({
        contents: withDirectImports(await readFile(path, 'utf8')),
        loader: 'ts',
      }));
      onLoad({ filter: SDK }, async ({ path }) => {
        const part = await readFile(path, 'utf8');
        return { contents: asTyped(withoutUnnamed(part, await names)), loader: 'js' };
      });
    },
  };
}

/** A part of the SDK without the methods that neither `used` nor the part itself names, or that are replaced. */
export function withoutUnnamed(part: string, { used, replaced }: Names): string {
  const ownCalls = new Set([...part.matchAll(/(?:\bthis|[^\n]_\w+)\.(\w+)/g)].map(([, name]) => name));
  const named = (name: string) =>
    name === 'constructor' || name === 'toString' || CORE.has(name) || used.has(name) || ownCalls.has(name);
  const filter = (method: string, name: string) => (named(name) && !replaced.has(name) ? method : '');
  return part.replace(METHOD, filter).replace(STATIC, filter);
}

/** A part of the SDK as its types describe it: one object of arguments, with everything in it that is required. */
export function asTyped(part: string): string {
  return part.replace(POSITIONAL, '    const params = paramsOrFirst;\n').replace(MISSING, '');
}

async function namesIn(folders: readonly string[]): Promise<Names> {
  const used = new Set<string>();
  const replaced = new Set<string>();
  for await (const path of glob(folders.map((folder) => `${folder}/**/*.ts`))) {
    const source = await readFile(path, 'utf8');
    for (const [, member, quoted] of source.matchAll(/\.\s*(\w+)|['"`](\w+)['"`]/g)) used.add(member ?? quoted ?? '');
    for (const [, method = ''] of source.matchAll(/^ {2}override (?:async )?(\w+)\(/gm)) {
      if (!source.includes(`super.${method}(`)) replaced.add(method);
    }
  }
  return { used, replaced };
}
