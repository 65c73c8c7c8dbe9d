import { type Clock, formatDate } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Fields } from '../http/call.ts';

export type Kind =
  | 'database'
  | 'table'
  | 'column'
  | 'index'
  | 'bucket'
  | 'function'
  | 'deployment'
  | 'variable'
  | 'rule'
  | 'key';

export type Definition = Fields & { $id: string; $createdAt: string; $updatedAt: string };

/**
 * What management calls have created, in the form in which they show it. A path names the parents, such as
 * `main/users/phone` for a column. Stored in the database; without one it holds what an appwrite.json declares.
 */
export class Definitions {
  readonly declared: boolean;
  readonly #database: Database | undefined;
  readonly #clock: Clock;
  /** By kind and path. */
  readonly #kept = new Map<Kind, Map<string, Definition>>();
  readonly #numbers = new Map<string, number>();

  constructor(clock: Clock, database?: Database) {
    this.#clock = clock;
    this.#database = database;
    this.declared = database === undefined;
    database?.exec('CREATE TABLE IF NOT EXISTS definitions (name TEXT PRIMARY KEY, fields TEXT NOT NULL)');
    const found = database?.all('SELECT rowid AS number, name, fields FROM definitions ORDER BY rowid') ?? [];
    for (const { number, name, fields } of found) {
      const [kind, path] = splitName(String(name));
      this.#ofKind(kind).set(path, JSON.parse(String(fields)));
      this.#numbers.set(String(name), Number(number));
    }
  }

  find(kind: Kind, path: string): Definition | undefined {
    return this.#ofKind(kind).get(path);
  }

  /** Appwrite's internal number of a definition. */
  numberOf(kind: Kind, path: string): number {
    return this.#numbers.get(`${kind}:${path}`) ?? 0;
  }

  /** All definitions of a kind, or those below a path, oldest first. */
  list(kind: Kind, under = ''): Definition[] {
    const all = [...this.#ofKind(kind)];
    const wanted = under === '' ? all : all.filter(([path]) => path.startsWith(`${under}/`));
    return wanted.map(([, definition]) => definition);
  }

  create(kind: Kind, path: string, fields: Fields & { $id: string }): Definition {
    const now = formatDate(this.#clock.now());
    const definition = { ...fields, $createdAt: now, $updatedAt: now };
    this.#save(kind, path, definition);
    return definition;
  }

  change(kind: Kind, path: string, changes: Fields): Definition {
    const found = this.find(kind, path);
    if (!found) throw new Error(`There is no ${kind} ${path}.`);
    const definition = { ...found, ...changes, $updatedAt: formatDate(this.#clock.now()) };
    this.#save(kind, path, definition);
    return definition;
  }

  /** Changes a definition's path; its position in lists stays. */
  move(kind: Kind, from: string, to: string): void {
    const entries = [...this.#ofKind(kind)].map(
      ([path, definition]) => [path === from ? to : path, definition] as const,
    );
    this.#kept.set(kind, new Map(entries));
    this.#numbers.set(`${kind}:${to}`, this.numberOf(kind, from));
    this.#database?.run('UPDATE definitions SET name = ? WHERE name = ?', [`${kind}:${to}`, `${kind}:${from}`]);
  }

  remove(kind: Kind, path: string): void {
    this.#ofKind(kind).delete(path);
    this.#database?.run('DELETE FROM definitions WHERE name = ?', [`${kind}:${path}`]);
  }

  /** Removes all definitions of a kind below a path. */
  removeBelow(kind: Kind, under: string): void {
    for (const path of [...this.#ofKind(kind).keys()]) if (path.startsWith(`${under}/`)) this.remove(kind, path);
  }

  #ofKind(kind: Kind): Map<string, Definition> {
    const known = this.#kept.get(kind);
    if (known) return known;
    const made = new Map<string, Definition>();
    this.#kept.set(kind, made);
    return made;
  }

  #save(kind: Kind, path: string, definition: Definition): void {
    const name = `${kind}:${path}`;
    const ofKind = this.#ofKind(kind);
    const fresh = !ofKind.has(path);
    ofKind.set(path, definition);
    const saved = this.#database?.run(
      'INSERT INTO definitions (name, fields) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET fields = excluded.fields',
      [name, JSON.stringify(definition)],
    );
    if (fresh) this.#numbers.set(name, saved?.id ?? ofKind.size);
  }
}

function splitName(name: string): [Kind, string] {
  const colon = name.indexOf(':');
  return [name.slice(0, colon) as Kind, name.slice(colon + 1)];
}
