import type { Table } from '../project/types.ts';
import { collectionsDialect, type Dialect, show } from '../rows/dialect.ts';
import type { Row } from '../rows/types.ts';
import type { Change } from '../transactions/commit.ts';
import type { PlatformEvent } from './bus.ts';

/** The most rows of one bulk call for which Appwrite sends events. */
export const maxBulkEvents = 100;

type RowChange = { table: Table; row: Row; action: string };

export function rowEvent({ table, row, action }: RowChange, dialect: Dialect): PlatformEvent {
  return { name: rowEventName({ table, row, action }, dialect), payload: show(table, row, dialect) };
}

/** Create events have the older name (`collections`, `documents`), whichever API was used. */
export function createEvent(change: Omit<RowChange, 'action'>, dialect: Dialect): PlatformEvent {
  const named = { ...change, action: 'create' };
  return { name: rowEventName(named, collectionsDialect), payload: show(change.table, change.row, dialect) };
}

export function bulkEvents(
  table: Table,
  rows: Row[],
  { action, dialect }: { action: string; dialect: Dialect },
): PlatformEvent[] {
  return rows.slice(0, maxBulkEvents).map((row) => ({
    name: rowEventName({ table, row, action }, collectionsDialect),
    payload: { ...show(table, row, dialect), $collection: table.id },
  }));
}

/** The payload of a commit's event is the raw row: with the ids of table and collection, without the database id. */
export function commitEvent({ table, row, action }: Change, dialect: Dialect): PlatformEvent {
  const { $databaseId, ...raw } = show(table, row, dialect);
  const payload = { ...raw, $collection: table.id, $tableId: table.id, $collectionId: table.id };
  return { name: rowEventName({ table, row, action }, dialect), payload };
}

function rowEventName({ table, row, action }: RowChange, { parent, items }: Dialect): string {
  return `databases.${table.databaseId}.${parent}s.${table.id}.${items}.${row.$id}.${action}`;
}
