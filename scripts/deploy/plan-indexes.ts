import { type Change, type Planning, undeclared } from './change.ts';
import type { DeclaredIndex, DeclaredTable } from './declaration.ts';
import { type LiveIndex, type LiveTable, readTables } from './live.ts';
import { waitForTables } from './plan-columns.ts';
import { until } from './remote.ts';

/** An index holds nothing of its own: one that differs is made anew without asking. */
export function planIndexes(planning: Planning, table: DeclaredTable, known?: LiveTable): Change[] {
  const strangers = known?.indexes.filter(({ key }) => !table.indexes.some((index) => index.key === key)) ?? [];
  return [
    ...table.indexes.flatMap((index) => {
      const live = known?.indexes.find(({ key }) => key === index.key);
      return planIndex(planning, { table, index, live });
    }),
    ...strangers.map(({ key }) => {
      const apply = () => drop(planning, table, key);
      const loses = 'the index; no values, but searches that need it';
      return undeclared({ area: 'database', subject: `index ${table.$id}.${key}`, loses, apply }, planning.wish);
    }),
  ];
}

type Pair = { table: DeclaredTable; index: DeclaredIndex; live: LiveIndex | undefined };

function planIndex(planning: Planning, { table, index, live }: Pair): Change[] {
  const about = { area: 'database', subject: `index ${table.$id}.${index.key}` } as const;
  const create = async () => {
    const { databaseId, $id: tableId } = table;
    await waitForTables(planning.remote, databaseId);
    await planning.remote.send('post', `/tablesdb/${databaseId}/tables/${tableId}/indexes`, index);
  };
  if (!live) return [{ ...about, action: 'create', why: 'is missing', apply: create }];
  const is = live.status === 'failed' ? `failed: ${live.error}` : spell(live);
  if (is === spell(index)) return [];
  const apply = async () => {
    await drop(planning, table, index.key);
    await create();
  };
  return [{ ...about, action: 'update', why: `is ${is}, declared is ${spell(index)}`, apply }];
}

/** Fulltext has no order; where none is given it is ascending. */
function spell({ type, columns, orders }: { type: string; columns: string[]; orders?: LiveIndex['orders'] }): string {
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
