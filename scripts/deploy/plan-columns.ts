import { blockOrReplace, type Change, databaseOf, differences, keepOrDestroy, type Planning } from './change.ts';
import type { DeclaredColumn, DeclaredTable } from './declaration.ts';
import { type LiveColumn, type LiveTable, readTables } from './live.ts';
import { countRows, type Remote, until } from './remote.ts';

const WAIT_SECONDS = 180;

type ColumnTarget = { planning: Planning; table: DeclaredTable; path: string };

export async function planColumns(planning: Planning, table: DeclaredTable, known?: LiveTable): Promise<Change[]> {
  const path = `/tablesdb/${table.databaseId}/tables/${table.$id}/columns`;
  const target = { planning, table, path };
  const changes: Change[] = [];
  for (const column of table.columns) {
    const live = known?.columns.find(({ key }) => key === column.key);
    changes.push(...(live ? await planKnown(target, column, live) : [planNew(target, column)]));
  }
  const undeclaredColumns =
    known?.columns.filter(({ key }) => !table.columns.some((column) => column.key === key)) ?? [];
  for (const { key } of undeclaredColumns) changes.push(await planUndeclared(target, key));
  return changes;
}

function subjectOf({ table }: ColumnTarget, key: string): string {
  return `column ${table.$id}.${key}`;
}

/** The last segment of the column's route. */
function kindOf({ type, format }: DeclaredColumn): string {
  if (format === 'enum') return 'enum';
  return type === 'double' ? 'float' : type;
}

/** The properties that can change while the column has values. */
function settingsOf({ required, default: standard, min, max, elements }: DeclaredColumn) {
  return { required, default: standard, ...(min === undefined ? {} : { min, max }), ...(elements ? { elements } : {}) };
}

function planNew(target: ColumnTarget, column: DeclaredColumn): Change {
  const apply = () => createColumn(target, column);
  return { area: 'database', action: 'create', subject: subjectOf(target, column.key), why: 'is missing', apply };
}

async function createColumn({ planning, path }: ColumnTarget, column: DeclaredColumn): Promise<void> {
  const { key, array, size, encrypt } = column;
  const text = kindOf(column) === 'string' ? { size, encrypt } : {};
  await planning.remote.send('post', `${path}/${kindOf(column)}`, { key, array, ...settingsOf(column), ...text });
}

async function planKnown(target: ColumnTarget, column: DeclaredColumn, live: LiveColumn): Promise<Change[]> {
  const { key, type, array, size, encrypt = false, format = '' } = column;
  const subject = subjectOf(target, key);
  if (live.status === 'failed') return [planFailed(target, column, live)];
  const kind = { type, array, format: format === 'enum' ? 'enum' : '' };
  const liveKind = { type: live.type, array: live.array ?? false, format: live.format === 'enum' ? 'enum' : '' };
  const faults = differences(liveKind, kind);
  if (kindOf(column) === 'string') {
    faults.push(...differences({ encrypt: live.encrypt ?? false }, { encrypt }));
  }
  if (faults.length > 0) return [await planReplacement(target, column, faults.join('; '))];
  const wanted = { ...settingsOf(column), ...(kindOf(column) === 'string' ? { size } : {}) };
  const changed = differences(live, wanted);
  if (changed.length === 0) return [];
  const apply = () => target.planning.remote.send('patch', `${target.path}/${kindOf(column)}/${key}`, wanted);
  return [{ area: 'database', action: 'update', subject, why: changed.join('; '), apply }];
}

/** A failed column has no values, so it is replaced without asking. */
function planFailed(target: ColumnTarget, column: DeclaredColumn, live: LiveColumn): Change {
  const apply = async () => {
    await dropColumn(target, column.key);
    await createColumn(target, column);
  };
  const why = `could not be created: ${live.error}`;
  return { area: 'database', action: 'create', subject: subjectOf(target, column.key), why, apply };
}

/** A column of another type is dropped and created again, which loses its values. */
async function planReplacement(target: ColumnTarget, column: DeclaredColumn, why: string): Promise<Change> {
  const { planning, table } = target;
  const rows = await countRows(planning.remote.tables, table.databaseId, table.$id);
  const apply = async () => {
    await dropColumn(target, column.key);
    await createColumn(target, column);
  };
  const loses = `the values of ${column.key} in ${rows}`;
  return blockOrReplace(
    { area: 'database', subject: subjectOf(target, column.key), why, loses, apply },
    planning.request,
  );
}

async function planUndeclared(target: ColumnTarget, key: string): Promise<Change> {
  const { planning, table } = target;
  const rows = await countRows(planning.remote.tables, table.databaseId, table.$id);
  const change = {
    area: 'database',
    subject: subjectOf(target, key),
    loses: `the values of ${key} in ${rows}`,
  } as const;
  return keepOrDestroy({ ...change, apply: () => dropColumn(target, key) }, planning.request);
}

async function dropColumn({ planning: { remote, declared }, table }: ColumnTarget, key: string): Promise<void> {
  const databaseId = databaseOf(declared);
  await remote.tables.deleteColumn({ databaseId, tableId: table.$id, key });
  const gone = async () => {
    const tables = await readTables(remote, databaseId);
    const columns = tables.find(({ $id }) => $id === table.$id)?.columns ?? [];
    return columns.some((column) => column.key === key) ? undefined : true;
  };
  await until(gone, { seconds: WAIT_SECONDS, what: `column ${table.$id}.${key} to go` });
}

/** Waits until all columns and indexes are available, since Appwrite creates them later. Throws when one failed. */
export async function waitForTables(remote: Remote, databaseId: string): Promise<void> {
  const ready = async () => {
    const tables = await readTables(remote, databaseId);
    const parts = tables.flatMap(({ $id, columns, indexes }) =>
      [...columns, ...indexes].map(({ key, status, error }) => ({ name: `${$id}.${key}`, status, error })),
    );
    const bad = parts.filter(({ status }) => status === 'failed' || status === 'stuck');
    if (bad.length > 0)
      throw new Error(bad.map(({ name, status, error }) => `${name} is ${status}: ${error}`).join('\n'));
    return parts.every(({ status }) => status === 'available') ? true : undefined;
  };
  await until(ready, { seconds: WAIT_SECONDS, what: 'columns and indexes to become available' });
}
