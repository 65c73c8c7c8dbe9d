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
 * What the management calls made, as they show it; its path names its parents, `main/users/phone` for a column.
 * With a database it outlives the process; without one it is what an appwrite.json declares.
 */
export class Definitions {
  readonly declared: boolean;
  readonly #database: Database | undefined;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Definition>();

  constructor(clock: Clock, database?: Database) {
    this.#clock = clock;
    this.#database = database;
    this.declared = database === undefined;
    database?.exec('CREATE TABLE IF NOT EXISTS definitions (name TEXT PRIMARY KEY, fields TEXT NOT NULL)');
    for (const { name, fields } of database?.all('SELECT name, fields FROM definitions ORDER BY rowid') ?? []) {
      this.#kept.set(String(name), JSON.parse(String(fields)));
    }
  }

  find(kind: Kind, path: string): Definition | undefined {
    return this.#kept.get(`${kind}:${path}`);
  }

  /** All of a kind, or those below a path, oldest first. */
  list(kind: Kind, under = ''): Definition[] {
    const start = under === '' ? `${kind}:` : `${kind}:${under}/`;
    return [...this.#kept].filter(([name]) => name.startsWith(start)).map(([, definition]) => definition);
  }

  create(kind: Kind, path: string, fields: Fields & { $id: string }): Definition {
    const now = formatDate(this.#clock.now());
    const definition = { ...fields, $createdAt: now, $updatedAt: now };
    this.#save(`${kind}:${path}`, definition);
    return definition;
  }

  change(kind: Kind, path: string, changes: Fields): Definition {
    const found = this.find(kind, path);
    if (!found) throw new Error(`There is no ${kind} ${path}.`);
    const definition = { ...found, ...changes, $updatedAt: formatDate(this.#clock.now()) };
    this.#save(`${kind}:${path}`, definition);
    return definition;
  }

  remove(kind: Kind, path: string): void {
    const name = `${kind}:${path}`;
    this.#kept.delete(name);
    this.#database?.run('DELETE FROM definitions WHERE name = ?', [name]);
  }

  /** Takes away everything of a kind that lies below a path. */
  removeBelow(kind: Kind, under: string): void {
    for (const name of [...this.#kept.keys()]) {
      if (name.startsWith(`${kind}:${under}/`)) this.remove(kind, name.slice(kind.length + 1));
    }
  }

  #save(name: string, definition: Definition): void {
    this.#kept.set(name, definition);
    this.#database?.run(
      'INSERT INTO definitions (name, fields) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET fields = excluded.fields',
      [name, JSON.stringify(definition)],
    );
  }
}
