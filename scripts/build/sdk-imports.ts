import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INDEX = fileURLToPath(new URL('../../node_modules/node-appwrite/dist/index.mjs', import.meta.url));
const EXPORT = /^export \{ (.+) \} from '(.+)';$/gm;

const files = new Map(
  [...readFileSync(INDEX, 'utf8').matchAll(EXPORT)].flatMap(([, names = '', file = '']) =>
    names.split(', ').map((name) => [name, join(dirname(INDEX), file)] as const),
  ),
);

/**
 * A source that imports from the SDK's own files instead of its index, which holds all services together: so each is in
 * that part of a bundle in which it is used.
 */
export function withDirectImports(source: string): string {
  return source.replace(/^import \{ ([^}]+) \} from 'node-appwrite';$/m, (statement, names: string) => {
    const values = names.split(', ').filter((name) => !name.startsWith('type '));
    const direct = values.map((name) => `import { ${name} } from '${files.get(name)}';`);
    return values.every((name) => files.has(name)) ? direct.join(' ') : statement;
  });
}
