import { ApiError, type ErrorType, missing } from '../http/errors.ts';
import type { Project, Table } from '../project/types.ts';
import { tableKey } from '../project/types.ts';
import { showSequence } from './sequence.ts';
import { type Row, RowFailure } from './types.ts';

/** The same rows are spoken of in two ways: TablesDB, and the older databases API. */
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

export function findTable(project: Project, ids: Record<string, string>, dialect: Dialect): Table {
  const { databaseId = '', tableId = '' } = ids;
  if (!project.databases.has(databaseId)) throw missing('database_not_found', databaseId);
  const table = project.tables.get(tableKey(databaseId, tableId));
  if (!table) throw missing(dialect.parent === 'table' ? 'table_not_found' : 'collection_not_found', tableId);
  return table;
}

export function show(table: Table, row: Row, dialect: Dialect): Row {
  return {
    ...row,
    $sequence: showSequence(table.sequence ?? 'number', row.$sequence) as unknown as number,
    $databaseId: table.databaseId,
    [dialect.parent === 'table' ? '$tableId' : '$collectionId']: table.id,
  };
}

/** Runs a write and speaks its failure in the dialect's error types. */
export function spoken<T>(dialect: Dialect, work: () => T): T {
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
      return missing(`${item}_not_found`, failure.subject);
    case 'duplicate':
      return missing(`${item}_already_exists`, failure.subject);
    case 'conflict':
      return new ApiError(`${item}_update_conflict`);
    case 'structure':
      return new ApiError(`${item}_invalid_structure`, detail);
    case 'column':
      return missing(columnError(item, 'not_found'), failure.subject);
    case 'type':
      return missing('attribute_type_invalid', failure.subject);
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
