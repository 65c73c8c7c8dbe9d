import { isDeepStrictEqual } from 'node:util';
import { type Database, quote } from '../database.ts';
import { ensureTable, sqlName } from '../rows/schema.ts';
import type { Definition, Definitions } from './definitions.ts';
import { readBucket, readColumn, readFunction, readIndex } from './read.ts';
import { type Project, type Table, tableKey } from './types.ts';

type Parts = { definitions: Definitions; project: Project; database: Database; deploymentsDir: string };

/** Keeps the project that rows, files and functions use in step with the definitions. */
export class Catalogue {
  readonly project: Project;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.project = parts.project;
    if (!parts.definitions.declared) this.#loadAll();
  }

  #loadAll(): void {
    const { definitions } = this.#parts;
    for (const { $id } of definitions.list('database')) this.database($id);
    for (const table of definitions.list('table')) this.table(String(table.databaseId), table.$id);
    for (const { $id } of definitions.list('bucket')) this.bucket($id);
    for (const { $id } of definitions.list('function')) this.function($id);
  }

  database(id: string): void {
    const { definitions, project } = this.#parts;
    if (definitions.find('database', id)) project.databases.add(id);
    else project.databases.delete(id);
  }

  /**
   * Applies a table's definition, with its available columns and indexes. Drops the table if the definition is gone.
   */
  table(databaseId: string, id: string): void {
    const { definitions, project, database } = this.#parts;
    const key = tableKey(databaseId, id);
    const definition = definitions.find('table', key);
    if (!definition) {
      const old = project.tables.get(key);
      project.tables.delete(key);
      if (old) dropTable(database, old);
      return;
    }
    const table: Table = {
      id,
      databaseId,
      name: String(definition.name),
      enabled: definition.enabled !== false,
      rowSecurity: definition.rowSecurity === true,
      permissions: strings(definition.$permissions),
      columns: definitions.list('column', key).filter(available).map(readColumn),
      indexes: definitions.list('index', key).filter(available).map(readIndex),
    };
    ensureTable(database, table);
    project.tables.set(key, table);
  }

  /** The length of the column's longest value, in characters. */
  longest({ databaseId, tableId, key }: Definition): number {
    const table = this.project.tables.get(tableKey(String(databaseId), String(tableId)));
    if (!table) return 0;
    const sql = `SELECT max(length(${quote(String(key))})) AS longest FROM ${sqlName(table)}`;
    return Number(this.#parts.database.get(sql)?.longest ?? 0);
  }

  /** Removes a column. An index over it keeps its other columns, unless there is an equal one already (schema-214). */
  dropColumn(databaseId: string, tableId: string, column: string): void {
    const { definitions, database, project } = this.#parts;
    const key = tableKey(databaseId, tableId);
    for (const index of definitions.list('index', key)) {
      const at = strings(index.columns).indexOf(column);
      if (at < 0) continue;
      const rest = {
        columns: without(index.columns, at),
        lengths: without(index.lengths, at),
        orders: without(index.orders, at),
      };
      const same = (other: Definition) =>
        other.key !== index.key && isDeepStrictEqual([other.columns, other.orders], [rest.columns, rest.orders]);
      const redundant = rest.columns.length === 0 || definitions.list('index', key).some(same);
      this.#dropSqlIndex(key, index);
      if (redundant) definitions.remove('index', `${key}/${index.key}`);
      else definitions.change('index', `${key}/${index.key}`, rest);
    }
    definitions.remove('column', `${key}/${column}`);
    const table = project.tables.get(key);
    if (table?.columns.some((known) => known.key === column)) {
      database.exec(`ALTER TABLE ${sqlName(table)} DROP COLUMN ${quote(column)}`);
    }
    this.table(databaseId, tableId);
  }

  /** Renames a column, in its indexes too. */
  renameColumn(databaseId: string, tableId: string, { from, to }: { from: string; to: string }): void {
    const { definitions, database, project } = this.#parts;
    const key = tableKey(databaseId, tableId);
    for (const index of definitions.list('index', key)) {
      const columns = strings(index.columns);
      if (!columns.includes(from)) continue;
      this.#dropSqlIndex(key, index);
      const renamed = columns.map((column) => (column === from ? to : column));
      definitions.change('index', `${key}/${index.key}`, { columns: renamed });
    }
    definitions.move('column', `${key}/${from}`, `${key}/${to}`);
    definitions.change('column', `${key}/${to}`, { $id: to, key: to });
    const table = project.tables.get(key);
    if (table) database.exec(`ALTER TABLE ${sqlName(table)} RENAME COLUMN ${quote(from)} TO ${quote(to)}`);
    this.table(databaseId, tableId);
  }

  dropIndex(databaseId: string, tableId: string, index: string): void {
    const { definitions } = this.#parts;
    const key = tableKey(databaseId, tableId);
    const found = definitions.find('index', `${key}/${index}`);
    if (found) this.#dropSqlIndex(key, found);
    definitions.remove('index', `${key}/${index}`);
    this.table(databaseId, tableId);
  }

  #dropSqlIndex(path: string, { key, type, columns }: Definition): void {
    const { database, project } = this.#parts;
    const table = project.tables.get(path);
    if (table && type === 'fulltext') dropSearch(database, table, strings(columns));
    database.exec(`DROP INDEX IF EXISTS ${quote(`${path}#${key}`)}`);
  }

  bucket(id: string): void {
    const { definitions, project } = this.#parts;
    const definition = definitions.find('bucket', id);
    if (definition) project.buckets.set(id, readBucket(definition));
    else project.buckets.delete(id);
  }

  function(id: string): void {
    const { definitions, project, deploymentsDir } = this.#parts;
    const definition = definitions.find('function', id);
    if (!definition) {
      project.functions.delete(id);
      return;
    }
    const path = definition.deploymentId === '' ? '.none' : String(definition.deploymentId);
    project.functions.set(id, readFunction({ ...definition, path }, deploymentsDir));
  }
}

function dropTable(database: Database, table: Table): void {
  const searched = table.indexes.filter((index) => index.type === 'fulltext').flatMap((index) => index.columns);
  dropSearch(database, table, searched);
  database.exec(`DROP TABLE IF EXISTS ${sqlName(table)}`);
}

function dropSearch(database: Database, table: Table, columns: readonly string[]): void {
  for (const column of columns) {
    const words = `${tableKey(table.databaseId, table.id)}:words:${column}`;
    for (const event of ['insert', 'delete', 'update'])
      database.exec(`DROP TRIGGER IF EXISTS ${quote(`${words}:${event}`)}`);
    database.exec(`DROP TABLE IF EXISTS ${quote(words)}`);
  }
}

export function available(definition: Definition): boolean {
  return definition.status === 'available';
}

/** Appwrite removes an entry by value, so equal entries go too. */
function without(value: unknown, at: number): unknown[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item) => item !== value[at]);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
