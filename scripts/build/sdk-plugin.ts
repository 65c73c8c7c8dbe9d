import { glob, readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SDK = /node_modules\/node-appwrite\/dist\/(services\/[\w-]+|client|query|operator)\.mjs$/;
const METHOD = /^ {2}(?:async )?([A-Za-z]\w*)\([^\n]*\) \{\n[\s\S]*?^ {2}\}\n/gm;
const STATIC = /^_[A-Z]\w*\.(\w+) = [^;]*(?:;\n(?: {2}[^\n]*\n)*\})?;\n/gm;

/** What other parts of the SDK call of its client; the rest of the client is for us to call or not. */
const CLIENT_CORE = new Set(['call', 'chunkedUpload', 'prepareRequest', 'redirect', 'flatten']);

/**
 * Leaves out the SDK's methods that no source names, as a member or in quotes.
 * A method nobody names cannot be called, and no bundler can drop methods of a class by itself.
 */
export function sdkPlugin(sourceFolders: readonly string[]): Plugin {
  return {
    name: 'unnamed-sdk-methods',
    setup({ onLoad }) {
      const names = namesIn(sourceFolders);
      onLoad({ filter: SDK }, async ({ path }) => {
        const part = await readFile(path, 'utf8');
        return { contents: withoutUnnamed(part, await names), loader: 'js' };
      });
    },
  };
}

/** A part of the SDK without the methods that neither `names` nor the part itself names. */
export function withoutUnnamed(part: string, names: ReadonlySet<string>): string {
  const ownCalls = new Set([...part.matchAll(/(?:\bthis|[^\n]_\w+)\.(\w+)/g)].map(([, name]) => name));
  const kept = (name: string) =>
    name === 'constructor' || name === 'toString' || CLIENT_CORE.has(name) || names.has(name) || ownCalls.has(name);
  const filter = (method: string, name: string) => (kept(name) ? method : '');
  return part.replace(METHOD, filter).replace(STATIC, filter);
}

async function namesIn(folders: readonly string[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const path of glob(folders.map((folder) => `${folder}/**/*.ts`))) {
    const source = await readFile(path, 'utf8');
    for (const [, member, quoted] of source.matchAll(/\.\s*(\w+)|['"`](\w+)['"`]/g)) names.add(member ?? quoted ?? '');
  }
  return names;
}
