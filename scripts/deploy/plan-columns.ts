import { type Change, databaseOf, differences, type Planning, replaced, undeclared } from './change.ts';
import type { DeclaredColumn, DeclaredTable } from './declaration.ts';
import { type LiveColumn, type LiveTable, readTables } from './live.ts';
import { countRows, type Remote, until } from './remote.ts';

const WAIT_SECONDS = 180;

type ColumnTarget = { planning: Planning; table: DeclaredTable; path: string };

export async function planColumns(planning: Planning, table: DeclaredTable, known?: LiveTable): Promise<Change[]> {
  const path = `/tablesdb/${table.databaseId}/tables/${table.$id}/columns`;
  const place = { planning, table, path };
  const changes: Change[] = [];
  for (const column of table.columns) {
    const live = known?.columns.find(({ key }) => key === column.key);
    changes.push(...(live ? await planKnown(place, column, live) : [planNew(place, column)]));
  }
  const strangers = known?.columns.filter(({ key }) => !table.columns.some((column) => column.key === key)) ?? [];
  for (const { key } of strangers) changes.push(await planUndeclared(place, key));
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

function planNew(place: ColumnTarget, column: DeclaredColumn): Change {
  const apply = () => createColumn(place, column);
  return { area: 'database', action: 'create', subject: subjectOf(place, column.key), why: 'is missing', apply };
}

async function createColumn({ planning, path }: ColumnTarget, column: DeclaredColumn): Promise<void> {
  const { key, array, size, encrypt } = column;
  const text = kindOf(column) === 'string' ? { size, encrypt } : {};
  await planning.remote.send('post', `${path}/${kindOf(column)}`, { key, array, ...settingsOf(column), ...text });
}

async function planKnown(place: ColumnTarget, column: DeclaredColumn, live: LiveColumn): Promise<Change[]> {
  const { key, type, array, size, encrypt = false, format = '' } = column;
  const subject = subjectOf(place, key);
  if (live.status === 'failed') return [planFailed(place, column, live)];
  const nature = { type, array, format: format === 'enum' ? 'enum' : '' };
  const liveNature = { type: live.type, array: live.array ?? false, format: live.format === 'enum' ? 'enum' : '' };
  const faults = differences(liveNature, nature);
  if (kindOf(column) === 'string') {
    faults.push(...differences({ encrypt: live.encrypt ?? false }, { encrypt }));
  }
  if (faults.length > 0) return [await planOther(place, column, faults.join('; '))];
  const wanted = { ...settingsOf(column), ...(kindOf(column) === 'string' ? { size } : {}) };
  const softer = differences(live, wanted);
  if (softer.length === 0) return [];
  const apply = () => place.planning.remote.send('patch', `${place.path}/${kindOf(column)}/${key}`, wanted);
  return [{ area: 'database', action: 'update', subject, why: softer.join('; '), apply }];
}

/** A failed column has no values, so it is replaced without asking. */
function planFailed(place: ColumnTarget, column: DeclaredColumn, live: LiveColumn): Change {
  const apply = async () => {
    await dropColumn(place, column.key);
    await createColumn(place, column);
  };
  const why = `could not be created: ${live.error}`;
  return { area: 'database', action: 'create', subject: subjectOf(place, column.key), why, apply };
}

/** A column of another type is dropped and created again, which loses its values. */
async function planOther(place: ColumnTarget, column: DeclaredColumn, why: string): Promise<Change> {
  const { planning, table } = place;
  const rows = await countRows(planning.remote.tables, table.databaseId, table.$id);
  const apply = async () => {
    await dropColumn(place, column.key);
    await createColumn(place, column);
  };
  const loses = `the values of ${column.key} in ${rows}`;
  return replaced({ area: 'database', subject: subjectOf(place, column.key), why, loses, apply }, planning.wish);
}

async function planUndeclared(place: ColumnTarget, key: string): Promise<Change> {
  const { planning, table } = place;
  const rows = await countRows(planning.remote.tables, table.databaseId, table.$id);
  const change = {
    area: 'database',
    subject: subjectOf(place, key),
    loses: `the values of ${key} in ${rows}`,
  } as const;
  return undeclared({ ...change, apply: () => dropColumn(place, key) }, planning.wish);
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
