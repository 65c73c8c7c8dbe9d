import type { Call } from '../http/call.ts';
import { ApiError, type ErrorType, errorWithId } from '../http/errors.ts';
import type { Project, Table } from '../project/types.ts';
import { tableKey } from '../project/types.ts';
import { showSequence } from './sequence.ts';
import { type Row, RowFailure } from './types.ts';

/** The names that the two APIs use for the same rows: TablesDB, and the older databases API. */
export type Dialect = {
  base: string;
  parent: 'table' | 'collection';
  item: 'row' | 'document';
  items: 'rows' | 'documents';
  scope: 'rows' | 'documents';
};

export const tablesDialect: Dialect = {
  base: '/v1/tablesdb/:databaseId/tables/:tableId/rows',
  parent: 'table',
  item: 'row',
  items: 'rows',
  scope: 'rows',
};

export const collectionsDialect: Dialect = {
  base: '/v1/databases/:databaseId/collections/:tableId/documents',
  parent: 'collection',
  item: 'document',
  items: 'documents',
  scope: 'documents',
};

export function findTable(project: Project, { params, caller }: Call, dialect: Dialect): Table {
  const { databaseId = '', tableId = '' } = params;
  if (!project.databases.has(databaseId)) throw errorWithId('database_not_found', databaseId);
  const table = project.tables.get(tableKey(databaseId, tableId));
  if (!table || (table.enabled === false && caller.kind === 'guest'))
    throw errorWithId(dialect.parent === 'table' ? 'table_not_found' : 'collection_not_found', tableId);
  return table;
}

/** A row as the API shows it; an array column without a value is []. */
export function show(table: Table, row: Row, dialect: Dialect): Row {
  const shown: Row = {
    ...row,
    $sequence: showSequence(table.sequence ?? 'number', row.$sequence) as unknown as number,
    $databaseId: table.databaseId,
    [dialect.parent === 'table' ? '$tableId' : '$collectionId']: table.id,
  };
  for (const { key, array } of table.columns) if (array && row[key] === null) shown[key] = [];
  return shown;
}

/** Runs a write and translates its `RowFailure` into the dialect's error types. */
export function withDialectErrors<T>(dialect: Dialect, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RowFailure) throw toApiError(error, dialect);
    throw error;
  }
}

function toApiError(failure: RowFailure, { item }: Dialect): ApiError {
  const detail = failure.message || undefined;
  switch (failure.kind) {
    case 'missing':
      return errorWithId(`${item}_not_found`, failure.subject);
    case 'duplicate':
      return errorWithId(`${item}_already_exists`, failure.subject);
    case 'conflict':
      return new ApiError(`${item}_update_conflict`);
    case 'structure':
      return new ApiError(`${item}_invalid_structure`, detail);
    case 'column':
      return errorWithId(columnError(item, 'not_found'), failure.subject);
    case 'type':
      return errorWithId('attribute_type_invalid', failure.subject);
    case 'argument':
      return new ApiError('general_argument_invalid', detail);
    case 'sql':
      return new ApiError('general_unknown', 'Server Error');
    case 'limit':
      return new ApiError(
        columnError(item, 'limit_exceeded'),
        `${item === 'row' ? 'Column' : 'Attribute'} "${failure.subject}" has reached its limit of ${detail}`,
      );
  }
}

function columnError(item: Dialect['item'], end: 'not_found' | 'limit_exceeded'): ErrorType {
  return item === 'row' ? `column_${end}` : `attribute_${end}`;
}
