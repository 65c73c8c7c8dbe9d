import type { Call, Fields } from '../../http/call.ts';
import { ApiError, type ErrorType, errorWithId } from '../../http/errors.ts';
import type { Definition, Definitions } from '../../project/definitions.ts';
import { rowBytes, widthOf } from './limits.ts';

/** The names of the two APIs that manage tables: TablesDB, and the older one that appwrite-cli 12 uses for columns. */
export type Naming = {
  databases: string;
  tables: string;
  table: 'table' | 'collection';
  columns: 'columns' | 'attributes';
  column: 'column' | 'attribute';
  rowSecurity: 'rowSecurity' | 'documentSecurity';
};

export const tablesNaming: Naming = {
  databases: '/v1/tablesdb',
  tables: 'tables',
  table: 'table',
  columns: 'columns',
  column: 'column',
  rowSecurity: 'rowSecurity',
};

export const collectionsNaming: Naming = {
  databases: '/v1/databases',
  tables: 'collections',
  table: 'collection',
  columns: 'attributes',
  column: 'attribute',
  rowSecurity: 'documentSecurity',
};

export function scopesOf(naming: Naming, access: 'read' | 'write'): string[] {
  return naming.table === 'table'
    ? [`tables.${access}`, `collections.${access}`, `columns.${access}`, `attributes.${access}`]
    : [`collections.${access}`, `tables.${access}`, `attributes.${access}`, `columns.${access}`];
}

export function requireDatabase(definitions: Definitions, call: Call): Definition {
  const id = call.params.databaseId ?? '';
  const found = definitions.find('database', id);
  if (!found) throw errorWithId('database_not_found', id);
  return found;
}

export function requireTable(definitions: Definitions, call: Call, naming: Naming): Definition {
  requireDatabase(definitions, call);
  const { databaseId = '', tableId = '' } = call.params;
  const found = definitions.find('table', `${databaseId}/${tableId}`);
  if (!found) throw errorWithId(naming.table === 'table' ? 'table_not_found' : 'collection_not_found', tableId);
  return found;
}

/** The error type in the words of the API: `column_…` or `attribute_…`. */
export function columnProblem(naming: Naming, end: string): ErrorType {
  return `${naming.column}_${end}` as ErrorType;
}

export function showColumn({ $id, databaseId, tableId, ...column }: Definition): Fields {
  return column;
}

export function showIndex({ databaseId, tableId, columns, enforced, ...index }: Definition, naming: Naming): Fields {
  return { ...index, [naming.columns]: columns };
}

export function showTable(definitions: Definitions, table: Definition, naming: Naming): Fields {
  const path = `${table.databaseId}/${table.$id}`;
  const { rowSecurity, ...rest } = table;
  const columns = definitions.list('column', path);
  return {
    ...rest,
    [naming.rowSecurity]: rowSecurity,
    [naming.columns]: columns.map(showColumn),
    indexes: definitions.list('index', path).map((index) => showIndex(index, naming)),
    bytesMax: rowBytes,
    bytesUsed: widthOf(columns),
  };
}

export function refuseDeclared({ declared }: Definitions): void {
  if (!declared) return;
  throw new ApiError(
    'general_not_implemented_locally',
    'Calls cannot change a project that appwrite.json declares. Change the file, or start an empty project.',
  );
}
