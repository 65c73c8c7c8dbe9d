import { AppwriteException } from 'node-appwrite';
import { type Change, keepOrDestroy, type Planning } from './change.ts';
import type { DeclaredIndex, DeclaredTable } from './declaration.ts';
import { findDuplicates } from './duplicates.ts';
import { type LiveIndex, type LiveTable, readTables } from './live.ts';
import { waitForTables } from './plan-columns.ts';
import { type Remote, until } from './remote.ts';

/** Plans the indexes of a table. One that differs is created again without asking, since nothing is lost. */
export async function planIndexes(planning: Planning, table: DeclaredTable, known?: LiveTable): Promise<Change[]> {
  const undeclaredIndexes = known?.indexes.filter(({ key }) => !table.indexes.some((index) => index.key === key)) ?? [];
  const planned = await Promise.all(
    table.indexes.map(async (index) => {
      const wanted = index.type === 'unique' && known && hasColumns(known, index);
      const duplicates = wanted ? await findDuplicates(planning.remote, table, index.columns) : '';
      const live = known?.indexes.find(({ key }) => key === index.key);
      return duplicates ? [blocked({ table, index, live }, duplicates)] : planIndex(planning, { table, index, live });
    }),
  );
  return [
    ...planned.flat(),
    ...undeclaredIndexes.map(({ key }) => {
      const apply = () => drop(planning, table, key);
      const loses = 'the index; no values, but searches that need it';
      return keepOrDestroy({ area: 'database', subject: `index ${table.$id}.${key}`, loses, apply }, planning.request);
    }),
  ];
}

type IndexTarget = { table: DeclaredTable; index: DeclaredIndex; live: LiveIndex | undefined };

function planIndex(planning: Planning, { table, index, live }: IndexTarget): Change[] {
  const about = { area: 'database', subject: `index ${table.$id}.${index.key}` } as const;
  const create = async () => {
    const { databaseId, $id: tableId } = table;
    await waitForTables(planning.remote, databaseId);
    await createIndex(planning.remote, `/tablesdb/${databaseId}/tables/${tableId}/indexes`, index);
  };
  if (!live) return [{ ...about, action: 'create', why: 'is missing', apply: create }];
  const is = live.status === 'failed' ? `failed: ${live.error}` : describeIndex(live);
  if (is === describeIndex(index)) return [];
  const apply = async () => {
    await drop(planning, table, index.key);
    await create();
  };
  return [{ ...about, action: 'update', why: `is ${is}, declared is ${describeIndex(index)}`, apply }];
}

/**
 * Appwrite makes a unique index over rows with equal values `available`, and it then enforces nothing, not even for new
 * values (seen on 1.9.6). So equal values block a deployment, whether the index exists or not.
 */
function blocked({ table, index, live }: IndexTarget, duplicates: string): Change {
  const subject = `index ${table.$id}.${index.key}`;
  const why = live
    ? `enforces nothing: ${duplicates}; give them different values, delete the index and deploy again`
    : `would enforce nothing: ${duplicates}; give them different values first`;
  return { area: 'database', subject, action: 'blocked', why, apply: async () => {} };
}

function hasColumns({ columns }: LiveTable, index: DeclaredIndex): boolean {
  return index.columns.every((key) => columns.some((column) => column.key === key && column.status === 'available'));
}

/** Repeats the call while Appwrite answers that a column is not available; under load lists say so too early. */
export async function createIndex(remote: Remote, path: string, index: DeclaredIndex): Promise<void> {
  const accepted = async () => {
    try {
      await remote.send('post', path, index);
      return true;
    } catch (error) {
      if (error instanceof AppwriteException && error.type === 'column_not_available') return undefined;
      throw error;
    }
  };
  await until(accepted, { seconds: 60, what: `columns of index ${index.key} to become available` });
}

/** A fulltext index has no order; other indexes default to ascending. */
function describeIndex({
  type,
  columns,
  orders,
}: {
  type: string;
  columns: string[];
  orders?: LiveIndex['orders'];
}): string {
  const parts = columns.map((column, at) => {
    return type === 'fulltext' ? column : `${column} ${(orders?.[at] ?? 'ASC').toUpperCase()}`;
  });
  return `${type} (${parts.join(', ')})`;
}

async function drop({ remote }: Planning, { databaseId, $id: tableId }: DeclaredTable, key: string): Promise<void> {
  await remote.tables.deleteIndex({ databaseId, tableId, key });
  const gone = async () => {
    const table = (await readTables(remote, databaseId)).find(({ $id }) => $id === tableId);
    return table?.indexes.some((index) => index.key === key) ? undefined : true;
  };
  await until(gone, { seconds: 180, what: `index ${tableId}.${key} to go` });
}
