import { deflateRawSync } from 'node:zlib';
import { type Database, quote } from '../database.ts';
import type { Column, Index, Table } from '../project/types.ts';
import { isText, systemColumns } from './types.ts';

export function sqlName(table: Table): string {
  return quote(`${table.databaseId}/${table.id}`);
}

export function searchName(table: Table, column: string): string {
  return quote(`${table.databaseId}/${table.id}:words:${column}`);
}

/** The SQL to compare and order a column by: for texts the sort key of the database's collation. */
export function comparable(column: Column): string {
  return isText(column) && !column.array ? `fold(${quote(column.key)})` : quote(column.key);
}

export function findColumn(table: Table, key: string): Column | undefined {
  return table.columns.find((column) => column.key === key) ?? systemColumns.find((column) => column.key === key);
}

/** Creates the SQL table, or adds missing columns and indexes. Existing ones stay, whatever the project file says. */
export function ensureTable(database: Database, table: Table): void {
  table.sequence = database.engine.sequence;
  const name = sqlName(table);
  const present = new Set(database.all(`PRAGMA table_info(${name})`).map((info) => info.name));
  const missing = table.columns.filter(({ key }) => !present.has(key));
  const definitions = missing.map((column) => `${quote(column.key)} ${sqlType(column)}`);
  if (present.size === 0) {
    const system = `"$sequence" INTEGER PRIMARY KEY AUTOINCREMENT, "$id" TEXT NOT NULL,
      "$createdAt" TEXT NOT NULL, "$updatedAt" TEXT NOT NULL, "$permissions" TEXT NOT NULL`;
    database.exec(`CREATE TABLE ${name} (${[system, ...definitions].join(', ')})`);
  } else {
    for (const definition of definitions) database.exec(`ALTER TABLE ${name} ADD COLUMN ${definition}`);
  }
  database.exec(`CREATE UNIQUE INDEX IF NOT EXISTS ${indexName(table, '$id')} ON ${name} (lower("$id"))`);
  database.exec(`CREATE INDEX IF NOT EXISTS ${indexName(table, '$id order')} ON ${name} (fold("$id"))`);
  database.exec(`CREATE INDEX IF NOT EXISTS ${indexName(table, '$createdAt')} ON ${name} ("$createdAt")`);
  database.exec(`CREATE INDEX IF NOT EXISTS ${indexName(table, '$updatedAt')} ON ${name} ("$updatedAt")`);
  for (const index of table.indexes) ensureIndex(database, table, index);
}

function ensureIndex(database: Database, table: Table, index: Index): void {
  if (index.type === 'fulltext') {
    for (const column of index.columns) ensureSearch(database, table, column);
    return;
  }
  const terms = index.columns.map((key, position) => {
    const column = findColumn(table, key);
    if (!column) throw new Error(`Index ${index.key} of ${table.id} names the unknown column ${key}.`);
    return `${comparable(column)} ${index.orders[position] === 'DESC' ? 'DESC' : 'ASC'}`;
  });
  const unique = index.type === 'unique' ? 'UNIQUE ' : '';
  try {
    database.exec(
      `CREATE ${unique}INDEX IF NOT EXISTS ${indexName(table, index.key)} ON ${sqlName(table)} (${terms.join(', ')})`,
    );
  } catch (error) {
    if (error instanceof Error && error.message.includes('UNIQUE constraint')) throw new DuplicateValues(table, index);
    throw error;
  }
}

/** A unique index cannot be created because rows have equal values. */
export class DuplicateValues extends Error {
  constructor(table: Table, index: Index) {
    super(`Index ${index.key} of table ${table.databaseId}/${table.id} cannot be unique: rows have equal values.`);
  }
}

/** Creates a word index beside the table; triggers keep it up to date. */
function ensureSearch(database: Database, table: Table, column: string): void {
  const words = searchName(table, column);
  if (database.get('SELECT 1 FROM sqlite_schema WHERE name = ?', [`${table.databaseId}/${table.id}:words:${column}`]))
    return;
  const name = sqlName(table);
  const trigger = (event: string) => quote(`${table.databaseId}/${table.id}:words:${column}:${event}`);
  const insert = `INSERT INTO ${words} (rowid, words) VALUES (new."$sequence", search_words(new.${quote(column)}));`;
  const remove = `DELETE FROM ${words} WHERE rowid = old."$sequence";`;
  database.atomically(() => {
    database.exec(
      `CREATE VIRTUAL TABLE ${words} USING fts5(words, content='', contentless_delete=1, prefix='2 3',
       tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cn'")`,
    );
    database.exec(
      `INSERT INTO ${words} (rowid, words) SELECT "$sequence", search_words(${quote(column)}) FROM ${name}`,
    );
    database.exec(`CREATE TRIGGER ${trigger('insert')} AFTER INSERT ON ${name} BEGIN ${insert} END`);
    database.exec(`CREATE TRIGGER ${trigger('delete')} AFTER DELETE ON ${name} BEGIN ${remove} END`);
    database.exec(
      `CREATE TRIGGER ${trigger('update')} AFTER UPDATE OF ${quote(column)} ON ${name} BEGIN ${remove} ${insert} END`,
    );
  });
}

/**
 * Whether the row cannot be written because an index entry would be too large: on PostgreSQL a text that compresses to
 * more than 2,704 bytes, fulltext indexes included. Deflate replaces PostgreSQL's compression, so the limit is not
 * exact.
 */
export function overflowsIndex({ engine }: Database, table: Table, row: Record<string, unknown>): boolean {
  const { largestIndexEntry: largest } = engine;
  if (largest === undefined) return false;
  return table.indexes.some(({ columns }) => {
    const entry = columns.map((key) => (typeof row[key] === 'string' ? row[key] : '')).join('');
    return Buffer.byteLength(entry) > largest && deflateRawSync(entry, { level: 1 }).length > largest;
  });
}

function indexName(table: Table, key: string): string {
  return quote(`${table.databaseId}/${table.id}#${key}`);
}

function sqlType(column: Column): string {
  if (column.array) return 'TEXT';
  if (column.type === 'integer' || column.type === 'bigint' || column.type === 'boolean') return 'INTEGER';
  return column.type === 'double' || column.type === 'float' ? 'REAL' : 'TEXT';
}
