import { glob, readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SERVICES = /node_modules\/node-appwrite\/dist\/services\/[\w-]+\.mjs$/;
const METHOD = /^ {2}(?:async )?([A-Za-z]\w*)\([^\n]*\) \{\n[\s\S]*?^ {2}\}\n/gm;

/**
 * Leaves out the methods of node-appwrite's services whose names occur nowhere in the sources of the bundle.
 * A method nobody names cannot be called, and no bundler can drop methods of a class by itself.
 */
export function sdkPlugin(sourceFolders: readonly string[]): Plugin {
  return {
    name: 'unnamed-sdk-methods',
    setup({ onLoad }) {
      const words = wordsIn(sourceFolders);
      onLoad({ filter: SERVICES }, async ({ path }) => {
        const service = await readFile(path, 'utf8');
        return { contents: withoutUnnamed(service, await words), loader: 'js' };
      });
    },
  };
}

/** The service's source without the methods that neither `words` nor the service itself names. */
export function withoutUnnamed(service: string, words: ReadonlySet<string>): string {
  const ownCalls = new Set([...service.matchAll(/\bthis\.(\w+)/g)].map(([, name]) => name));
  return service.replace(METHOD, (method, name: string) =>
    name === 'constructor' || words.has(name) || ownCalls.has(name) ? method : '',
  );
}

async function wordsIn(folders: readonly string[]): Promise<ReadonlySet<string>> {
  const words = new Set<string>();
  for await (const path of glob(folders.map((folder) => `${folder}/**/*.ts`))) {
    const source = await readFile(path, 'utf8');
    for (const [word] of source.matchAll(/\w+/g)) words.add(word);
  }
  return words;
}
