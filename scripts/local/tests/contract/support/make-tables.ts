import type { TablesDB, TablesDBIndexType } from 'node-appwrite';
import { until } from './until.ts';

export type ColumnWanted = {
  kind: 'string' | 'enum' | 'integer' | 'float' | 'boolean' | 'datetime';
  key: string;
  required?: boolean;
  array?: boolean;
  size?: number;
  min?: number;
  max?: number;
  elements?: string[];
  xdefault?: string;
};

export type IndexWanted = { key: string; type: 'key' | 'unique' | 'fulltext'; columns: string[]; orders?: string[] };

export type TableWanted = {
  id: string;
  columns: ColumnWanted[];
  indexes?: IndexWanted[];
  permissions?: string[];
  rowSecurity?: boolean;
};

/** A table with a column of every kind that the code uses. */
export const notes: TableWanted = {
  id: 'notes',
  columns: [
    { kind: 'string', key: 'title', required: true },
    { kind: 'string', key: 'topic' },
    { kind: 'string', key: 'words', size: 4000 },
    { kind: 'enum', key: 'state', elements: ['open', 'shut'], xdefault: 'open' },
    { kind: 'integer', key: 'number', min: 0, max: 1000 },
    { kind: 'float', key: 'weight' },
    { kind: 'boolean', key: 'done' },
    { kind: 'datetime', key: 'due' },
    { kind: 'string', key: 'labels', array: true },
  ],
  indexes: [
    { key: 'title', type: 'unique', columns: ['title'] },
    { key: 'topic', type: 'key', columns: ['topic', '$createdAt'], orders: ['ASC', 'DESC'] },
    { key: 'words', type: 'fulltext', columns: ['words'] },
  ],
};

export async function makeTables(tables: TablesDB, databaseId: string, wanted: TableWanted[]): Promise<void> {
  for (const { id: tableId, columns, indexes = [], permissions = [], rowSecurity = false } of wanted) {
    const table = { databaseId, tableId };
    await tables.createTable({ ...table, name: tableId, permissions, rowSecurity });
    for (const column of columns) await makeColumn(tables, table, column);
    await until(`the columns of ${tableId}`, async () => {
      const { columns: made } = await tables.listColumns(table);
      return made.every(({ status }) => status === 'available');
    });
    for (const { type, orders = [], ...index } of indexes) {
      await tables.createIndex({
        ...table,
        ...index,
        type: type as TablesDBIndexType,
        orders: orders as never[],
      });
    }
    await until(`the indexes of ${tableId}`, async () => {
      const { indexes: made } = await tables.listIndexes(table);
      return made.every(({ status }) => status === 'available');
    });
  }
}

type Place = { databaseId: string; tableId: string };

function makeColumn(tables: TablesDB, table: Place, column: ColumnWanted): Promise<unknown> {
  const { key, required = false, array = false, size = 100, elements = [] } = column;
  const given = { ...table, key, required, array };
  const range = {
    ...(column.min === undefined ? {} : { min: column.min }),
    ...(column.max === undefined ? {} : { max: column.max }),
  };
  switch (column.kind) {
    case 'string':
      return tables.createStringColumn({ ...given, size });
    case 'enum':
      return tables.createEnumColumn({ ...given, elements, ...(column.xdefault ? { xdefault: column.xdefault } : {}) });
    case 'integer':
      return tables.createIntegerColumn({ ...given, ...range });
    case 'float':
      return tables.createFloatColumn({ ...given, ...range });
    case 'boolean':
      return tables.createBooleanColumn(given);
    case 'datetime':
      return tables.createDatetimeColumn(given);
  }
}
