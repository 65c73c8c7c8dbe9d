import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

interface Trim {
  file: RegExp;
  from: RegExp;
  to: string;
}

/** Places in packages where a few words keep kilobytes in a bundle that do nothing there. */
const TRIMS: readonly Trim[] = [
  // Through a namespace that is exported again, all of zod's tools are in use; the file has the tools at hand as well.
  { file: /zod\/v4\/mini\/schemas\.js$/, from: /\bcore\.util\./g, to: 'util.' },
  // A table of all spellings of all bytes.
  { file: /busboy\/lib\/utils\/parseParams\.js$/, from: /const EncodedLookup = \{[^}]*'%FF'[^}]*\}\n/, to: '' },
  {
    file: /busboy\/lib\/utils\/parseParams\.js$/,
    from: /\bEncodedLookup\[match\]/,
    to: 'String.fromCharCode(Number.parseInt(match.slice(1), 16))',
  },
  // Forms come as multipart only; with this, others are of an unsupported type to the parser.
  { file: /busboy\/lib\/types\/urlencoded\.js$/, from: /^[\s\S]*$/, to: 'module.exports = { detect: /^\\b$/ };' },
];

/** Makes the trims, and fails when a package has changed so that one no longer applies. */
export const trimPlugin: Plugin = {
  name: 'trims',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/(zod|@fastify\/busboy)\/.*\.js$/ }, async ({ path }) => {
      const trims = TRIMS.filter(({ file }) => file.test(path));
      if (trims.length === 0) return undefined;
      const source = await readFile(path, 'utf8');
      return { contents: trims.reduce(trimmed, source), loader: 'js' };
    });
  },
};

function trimmed(source: string, { file, from, to }: Trim): string {
  const result = source.replace(from, () => to);
  if (result === source) throw new Error(`Nothing to trim in ${file.source}: ${from.source}`);
  return result;
}
