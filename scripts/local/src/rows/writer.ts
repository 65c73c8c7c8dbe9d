import type { Caller } from '../access/caller.ts';
import { type Action, granted, requireGrant } from '../access/permissions.ts';
import { formatDate, type MovableClock } from '../clock.ts';
import type { Engine } from '../database/engine.ts';
import type { Database } from '../database.ts';
import { uniqueId } from '../ids.ts';
import type { Column, Table } from '../project/types.ts';
import { asStored } from './cells.ts';
import { parseDate } from './dates.ts';
import type { Plan } from './plan.ts';
import type { StaleRows } from './stale-rows.ts';
import type { RowStore } from './store.ts';
import { checkBytes, checkPart, checkStructure } from './structure.ts';
import { type NewRow, type Row, RowFailure } from './types.ts';

export type Data = Record<string, unknown>;

export type WriteOptions = {
  /** The caller whose permissions are checked; without one, as for an API key, none are. */
  caller?: Caller;
  /** The newest `$updatedAt` that the row may have, in milliseconds. */
  timestamp?: number | undefined;
  /** Whether `$createdAt` and `$updatedAt` of the data are kept: routes keep them, commits do not. */
  keepsDates?: boolean;
};

/** `by` is added to the column, or subtracted if `down`; `limit` is the largest or smallest allowed result. */
export type Step = { column: string; by: number; down: boolean; limit: number | undefined };

export type Upserted = { row: Row; old: Row | undefined };

const readonlyKeys = ['$sequence', '$collection', '$databaseId', '$tableId', '$collectionId', '$tenant'];
const numeric = new Set(['integer', 'bigint', 'double', 'float']);
const noCheck = (): void => {};

type Timed = WriteOptions & { now: string };
type Parts = { rows: RowStore; clock: MovableClock; stale: StaleRows; database: Database };

/**
 * Writes rows as utopia-php/database 6.0.0 does: checks permissions, guard and structure, and converts values as the
 * database does. Throws a `RowFailure`, or 401 `user_unauthorized` for a missing permission.
 */
export class RowWriter {
  readonly #rows: RowStore;
  readonly #clock: MovableClock;
  readonly #stale: StaleRows;
  readonly #database: Database;
  readonly #engine: Engine;

  constructor({ rows, clock, stale, database }: Parts) {
    this.#rows = rows;
    this.#clock = clock;
    this.#stale = stale;
    this.#database = database;
    this.#engine = database.engine;
  }

  create(table: Table, data: Data, options: WriteOptions = {}): Row {
    const [row] = this.createAll(table, [data], options);
    if (!row) throw new Error('createAll returned no row.');
    return row;
  }

  /** Creates all rows or none, with the same time. */
  createAll(table: Table, documents: readonly Data[], options: WriteOptions = {}): Row[] {
    if (options.caller) requireGrant(options.caller, 'create', table.permissions);
    const now = this.#now();
    const rows = documents.map((data) => this.#completeRow(table, data, { ...options, now }));
    return this.#database.atomically(() =>
      rows.map((row) => {
        this.#stale.forget(table, row.$id);
        return this.#rows.insert(table, row);
      }),
    );
  }

  update(table: Table, id: string, { data, ...options }: { data: Data } & WriteOptions): Row {
    return this.apply(table, this.#require(table, id), { data, ...options });
  }

  /** An update that changes nothing is guarded too, but needs only permission to read, and keeps `$updatedAt`. */
  apply(table: Table, old: Row, { data, ...options }: { data: Data } & WriteOptions): Row {
    const { caller, timestamp, keepsDates = true } = options;
    const { $sequence, ...before } = old;
    const { $createdAt, $updatedAt, ...change } = withoutReadonly(data);
    const merged: Data = { ...before, ...change };
    if (keepsDates) merged.$createdAt = $createdAt ?? old.$createdAt;
    const changes = Object.keys(merged).some((key) => differs(merged[key], before[key]));
    if (caller) requireRowGrant(caller, table, { action: changes ? 'update' : 'read', row: old });
    checkNewer(old, timestamp);
    if (changes) merged.$updatedAt = (keepsDates ? $updatedAt : undefined) ?? this.#now();
    const next: Row = { ...this.#checked(table, merged), $sequence };
    this.#stale.forget(table, old.$id);
    this.#rows.update(table, old, next);
    return next;
  }

  /** Makes the same change to every row of the plan, all or nothing. `check` may refuse a row by its old state. */
  updateAll(
    table: Table,
    plan: Plan,
    { data, keepsDates = true, check = noCheck }: { data: Data; check?: (old: Row) => void } & WriteOptions,
  ): Row[] {
    const { $id, $createdAt, $updatedAt, ...rest } = withoutReadonly(data);
    const dates = keepsDates ? { $createdAt, $updatedAt } : {};
    const change = this.#encoded(table, defined({ ...rest, ...dates, $updatedAt: dates.$updatedAt ?? this.#now() }));
    checkPart({ table, engine: this.#engine }, change);
    checkBytes({ table, engine: this.#engine }, change);
    return this.#database.atomically(() =>
      this.#rows.list(table, plan).map((old) => {
        check(old);
        const next: Row = asStored(table, { ...old, ...change });
        this.#stale.forget(table, old.$id);
        this.#updateRaw(table, old, next);
        return selectedAndChanged(table, plan, { next, change });
      }),
    );
  }

  /**
   * An upsert needs every required column, unlike an update; optional columns that are missing keep their values. Data
   * without `$id` creates a row. Unchanged rows are not in the answer.
   */
  upsertAll(table: Table, documents: readonly Data[], options: WriteOptions = {}): Upserted[] {
    const timed = { ...options, now: this.#now() };
    const prepared = documents.flatMap((data) => this.#preparedUpsert(table, data, timed));
    const ids = prepared.map(({ row }) => row.$id);
    if (new Set(ids).size !== ids.length) throw new RowFailure('duplicate', 'multiple');
    return this.#database.atomically(() =>
      prepared.map(({ row, old }) => {
        this.#stale.forget(table, row.$id);
        const { $sequence, overwritten } = this.#rows.upsert(table, row);
        // Appwrite does not purge the overwritten row from its cache: getRow keeps serving the old one.
        if (overwritten) this.#stale.keep(table, overwritten.$id, overwritten);
        return { row: { ...row, $sequence }, old };
      }),
    );
  }

  /** Returns the new value with the old `$updatedAt`, as Appwrite does. Checks no guard. */
  increment(table: Table, id: string, { column: key, by, down, limit }: Step, { caller }: WriteOptions = {}): Row {
    if (by <= 0) throw new RowFailure('argument', key, 'Value must be numeric and greater than 0');
    const column = table.columns.find((candidate) => candidate.key === key);
    if (!column) throw new RowFailure('column', key);
    if (!numeric.has(column.type) || column.array) throw new RowFailure('type', key);
    const old = this.#rows.find(table, id);
    if (!old) throw new RowFailure('column', key);
    if (caller) requireRowGrant(caller, table, { action: 'update', row: old });
    const sum = Number(old[key] ?? 0) + (down ? -by : by);
    if (limit !== undefined && (down ? sum < limit : sum > limit)) throw new RowFailure('limit', key, `${limit}`);
    // In SQL null plus a number is null; only the answer has the sum.
    const kept = old[key] === null ? null : this.#storable(column, sum);
    this.#stale.forget(table, old.$id);
    this.#rows.update(table, old, { ...old, [key]: kept, $updatedAt: this.#now() });
    return { ...old, [key]: sum };
  }

  remove(table: Table, id: string, { caller, timestamp }: WriteOptions = {}): Row {
    const old = this.#require(table, id);
    if (caller) requireRowGrant(caller, table, { action: 'delete', row: old });
    checkNewer(old, timestamp);
    this.#stale.forget(table, old.$id);
    this.#rows.remove(table, old.$sequence);
    return old;
  }

  #require(table: Table, id: string): Row {
    const row = this.#rows.find(table, id);
    if (!row) throw new RowFailure('missing', id);
    return row;
  }

  #now(): string {
    return formatDate(this.#clock.nextWriteTime());
  }

  /** Bulk updates do not translate errors of the database: a violated unique index is 500. */
  #updateRaw(table: Table, old: Row, next: Row): void {
    try {
      this.#rows.update(table, old, next);
    } catch (error) {
      throw error instanceof RowFailure ? new RowFailure('sql', error.subject, error.message) : error;
    }
  }

  #preparedUpsert(table: Table, data: Data, options: Timed): { row: NewRow; old: Row | undefined }[] {
    const { caller, timestamp } = options;
    const found = isEmpty(data.$id) ? undefined : this.#rows.find(table, String(data.$id));
    // An id in another case counts as a new row here; the database then finds the existing one.
    const old = found?.$id === data.$id ? found : undefined;
    if (old && !upsertChanges(table, old, data)) return [];
    if (caller && old) requireRowGrant(caller, table, { action: 'update', row: old });
    if (caller && !old) requireGrant(caller, 'create', table.permissions);
    const optional = old ? table.columns.filter(({ required }) => !required) : [];
    const kept = Object.fromEntries(optional.map(({ key }) => [key, old?.[key]]));
    const values = { ...kept, ...(old && { $permissions: old.$permissions }), ...data };
    const row = this.#completeRow(table, values, options, old);
    if (old) checkNewer(old, timestamp);
    return [{ row, old }];
  }

  #completeRow(table: Table, data: Data, { keepsDates = true, now }: Timed, old?: Row): NewRow {
    const { $createdAt, $updatedAt } = keepsDates ? data : {};
    const $id = isEmpty(data.$id) ? uniqueId(this.#clock.now()) : data.$id;
    const dates = { $createdAt: $createdAt ?? old?.$createdAt ?? now, $updatedAt: $updatedAt ?? now };
    return this.#checked(table, { ...withoutReadonly(data), $id, ...dates });
  }

  /** The row as it will be stored; throws if it does not fit its table. */
  #checked(table: Table, data: Data): NewRow {
    const values = this.#encoded(table, data);
    for (const { key, default: fallback } of table.columns) values[key] ??= fallback ?? null;
    checkStructure({ table, engine: this.#engine }, values);
    checkBytes({ table, engine: this.#engine }, values);
    return asStored(table, {
      ...values,
      $id: String(values.$id),
      $createdAt: String(values.$createdAt),
      $updatedAt: String(values.$updatedAt),
      $permissions: Array.isArray(values.$permissions) ? values.$permissions.map(String) : [],
    });
  }

  /** Converts dates to the stored format. Invalid ones stay as they are and are refused later. */
  #encoded(table: Table, data: Data): Data {
    const values = { ...data };
    const dates = table.columns.filter(({ type, array }) => type === 'datetime' && !array).map(({ key }) => key);
    for (const key of [...dates, '$createdAt', '$updatedAt']) {
      const value = values[key];
      if (typeof value !== 'string') continue;
      const time = value === '' && key.startsWith('$') ? undefined : parseDate(value, this.#clock.now());
      if (time !== undefined) values[key] = formatDate(time);
      else if (value === '') values[key] = null;
    }
    return values;
  }

  /** A number as its column stores it. Integers are rounded half to even; they have 32 bits if `max` fits, else 64. */
  #storable({ key, type, max = Number.POSITIVE_INFINITY }: Column, value: number): number {
    if (type !== 'integer' && type !== 'bigint') return value;
    const bound = 2 ** (type === 'integer' && max < 2 ** 31 ? 31 : 63);
    const fits = value >= -bound && value < bound;
    if (this.#engine.strictIntegers && !(fits && Number.isInteger(value))) throw new RowFailure('sql', key);
    if (!fits) throw new RowFailure('limit', key, String(bound - 1));
    return roundHalfToEven(value);
  }
}

export function withoutReadonly(data: Data): Data {
  const rest = { ...data };
  for (const key of readonlyKeys) delete rest[key];
  return rest;
}

/** A permission of the table covers all its rows; one of the row counts only with row security. */
function requireRowGrant(caller: Caller, table: Table, { action, row }: { action: Action; row: Row }): void {
  if (table.rowSecurity && granted(caller, action, row.$permissions)) return;
  requireGrant(caller, action, table.permissions);
}

function checkNewer(old: Row, timestamp: number | undefined): void {
  if (timestamp !== undefined && Date.parse(old.$updatedAt) > timestamp) throw new RowFailure('conflict', old.$id);
}

function upsertChanges(table: Table, old: Row, data: Data): boolean {
  if (data.$permissions !== undefined && differs(data.$permissions, old.$permissions)) return true;
  return table.columns.some(({ key }) => !(key in data) || differs(data[key], old[key]));
}

/** A bulk update returns the selected and the changed columns; other columns look as if they had no value. */
function selectedAndChanged(table: Table, { selected }: Plan, { next, change }: { next: Row; change: Data }): Row {
  if (!selected) return next;
  const row: Row = { ...next };
  for (const { key, array, default: fallback } of table.columns) {
    if (!selected.includes(key) && !(key in change)) row[key] = fallback ?? (array ? [] : null);
  }
  return row;
}

function differs(a: unknown, b: unknown): boolean {
  return a !== b && JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);
}

function defined(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
