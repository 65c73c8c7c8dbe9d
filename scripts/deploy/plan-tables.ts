import { type Change, databaseOf, differences, keepOrDestroy, type Planning } from './change.ts';
import type { DeclaredTable } from './declaration.ts';
import type { LiveTable } from './live.ts';
import { planColumns } from './plan-columns.ts';
import { planIndexes } from './plan-indexes.ts';
import { countRows } from './remote.ts';

/** Plans database, tables, columns and indexes. Undeclared tables are kept unless destroying is allowed. */
export async function planTables(planning: Planning): Promise<Change[]> {
  const { declared, live } = planning;
  const changes = planDatabase(planning);
  for (const table of declared.tables) {
    const known = live.tables.find(({ $id }) => $id === table.$id);
    changes.push(...planTable(planning, table, known));
    changes.push(...(await planColumns(planning, table, known)), ...(await planIndexes(planning, table, known)));
  }
  const undeclaredTables = live.tables.filter(({ $id }) => !declared.tables.some((table) => table.$id === $id));
  for (const table of undeclaredTables) changes.push(await planUndeclared(planning, table));
  return changes;
}

function planDatabase({ remote: { tables }, declared, live }: Planning): Change[] {
  const [database] = declared.tablesDB;
  if (!database) return [];
  const { $id: databaseId, name, enabled } = database;
  const about = { area: 'database', subject: `database ${databaseId}` } as const;
  if (!live.database) {
    const apply = async () => void (await tables.create({ databaseId, name, enabled }));
    return [{ ...about, action: 'create', why: 'is missing', apply }];
  }
  const { name: liveName, enabled: liveEnabled } = live.database;
  const faults = differences({ name: liveName, enabled: liveEnabled }, { name, enabled });
  if (faults.length === 0) return [];
  const apply = async () => void (await tables.update({ databaseId, name, enabled }));
  return [{ ...about, action: 'update', why: faults.join('; '), apply }];
}

function planTable({ remote: { tables } }: Planning, table: DeclaredTable, known: LiveTable | undefined): Change[] {
  const { $id: tableId, databaseId, name, enabled, rowSecurity, $permissions } = table;
  const wanted = { databaseId, tableId, name, enabled, rowSecurity, permissions: $permissions };
  const subject = `table ${tableId}`;
  if (!known) {
    const apply = async () => void (await tables.createTable(wanted));
    return [{ area: 'database', subject, action: 'create', why: 'is missing', apply }];
  }
  const apply = async () => void (await tables.updateTable(wanted));
  const grants = differences(known, { rowSecurity, $permissions });
  const others = differences(known, { name, enabled });
  const changes: Change[] = [];
  if (grants.length > 0) changes.push({ area: 'grants', subject, action: 'update', why: grants.join('; '), apply });
  if (others.length > 0) changes.push({ area: 'database', subject, action: 'update', why: others.join('; '), apply });
  return changes;
}

async function planUndeclared({ remote, declared, request }: Planning, { $id: tableId }: LiveTable): Promise<Change> {
  const databaseId = databaseOf(declared);
  const rows = await countRows(remote.tables, databaseId, tableId);
  const apply = async () => void (await remote.tables.deleteTable({ databaseId, tableId }));
  return keepOrDestroy(
    { area: 'database', subject: `table ${tableId}`, loses: `the table and ${rows}`, apply },
    request,
  );
}
