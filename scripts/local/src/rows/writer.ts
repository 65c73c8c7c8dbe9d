import { formatDate, type MovableClock } from '../clock.ts';
import type { Table } from '../project/types.ts';
import { asStored, isDate, normalDate } from './cells.ts';
import type { StaleRows } from './stale-rows.ts';
import type { RowStore } from './store.ts';
import { checkKnown, checkStructure } from './structure.ts';
import { type Row, RowFailure } from './types.ts';

export type Data = Record<string, unknown>;
/** The newest `$updatedAt` a guarded write may find. */
export type Guard = { timestamp?: number | undefined };
export type Step = { column: string; value: number; max?: number | undefined; min?: number | undefined };

const readonlyKeys = ['$sequence', '$collection', '$databaseId', '$tableId', '$collectionId', '$tenant'];

/** The rules of writing one row: structure, dates, guards. */
export class RowWriter {
  readonly #rows: RowStore;
  readonly #clock: MovableClock;
  readonly #stale: StaleRows;

  constructor(rows: RowStore, clock: MovableClock, stale: StaleRows) {
    this.#rows = rows;
    this.#clock = clock;
    this.#stale = stale;
  }

  create(table: Table, data: Data): Row {
    const values = { ...withDefaults(table, data) };
    checkStructure(table, values);
    const now = formatDate(this.#clock.stamp());
    const row = asStored(table, {
      ...values,
      $id: String(values.$id),
      $createdAt: givenDate(values.$createdAt) ?? now,
      $updatedAt: givenDate(values.$updatedAt) ?? now,
      $permissions: permissionsOf(values) ?? [],
    });
    this.#stale.forget(table, row.$id);
    return this.#rows.insert(table, row);
  }

  update(table: Table, id: string, change: { data: Data } & Guard): Row {
    const old = this.#rows.find(table, id);
    if (!old) throw new RowFailure('missing', id);
    return this.apply(table, old, change);
  }

  /** An update that changes nothing leaves `$updatedAt` where it is, but is guarded all the same. */
  apply(table: Table, old: Row, { data, timestamp }: { data: Data } & Guard): Row {
    this.#stale.forget(table, old.$id);
    const change = withoutReadonly(data);
    checkKnown(table, change);
    checkNewer(old, timestamp);
    const { $sequence, ...merged } = { ...old, ...change };
    checkStructure(table, merged);
    const next: Row = asStored(table, { ...old, ...change, $id: old.$id });
    next.$createdAt = givenDate(change.$createdAt) ?? old.$createdAt;
    next.$permissions = permissionsOf(change) ?? old.$permissions;
    next.$updatedAt = old.$updatedAt;
    if (!sameRow(table, old, next)) {
      next.$updatedAt = givenDate(change.$updatedAt) ?? formatDate(this.#clock.stamp());
      this.#rows.update(table, old, next);
    }
    return next;
  }

  upsert(table: Table, data: Data & { $id: string }, guard: Guard = {}): Row {
    const old = this.#rows.find(table, data.$id);
    return old ? this.apply(table, old, { data, ...guard }) : this.create(table, data);
  }

  remove(table: Table, id: string, { timestamp }: Guard = {}): Row {
    const old = this.#rows.find(table, id);
    if (!old) throw new RowFailure('missing', id);
    checkNewer(old, timestamp);
    this.#stale.forget(table, id);
    this.#rows.remove(table, old.$sequence);
    return old;
  }

  /** Answers with the new value but the old `$updatedAt`, as Appwrite does; no guard is looked at. */
  increase(table: Table, id: string, step: Step): Row {
    const old = this.#rows.find(table, id);
    if (!old) throw new RowFailure('missing', id);
    const column = table.columns.find((candidate) => candidate.key === step.column);
    if (!column) throw new RowFailure('column', step.column);
    if (!/^(integer|bigint|double|float)$/.test(column.type) || column.array) throw new RowFailure('type', step.column);
    const value = Number(old[step.column] ?? 0) + step.value;
    if (step.max !== undefined && value > step.max) throw new RowFailure('limit', step.column, `${step.max}`);
    if (step.min !== undefined && value < step.min) throw new RowFailure('limit', step.column, `${step.min}`);
    this.#stale.forget(table, id);
    this.#rows.update(table, old, { ...old, [step.column]: value, $updatedAt: formatDate(this.#clock.stamp()) });
    return { ...old, [step.column]: value };
  }
}

export function withoutReadonly(data: Data): Data {
  const rest = { ...data };
  for (const key of readonlyKeys) delete rest[key];
  return rest;
}

function withDefaults(table: Table, data: Data): Data {
  const values = withoutReadonly(data);
  for (const column of table.columns) values[column.key] ??= column.default ?? null;
  return values;
}

function checkNewer(old: Row, timestamp: number | undefined): void {
  if (timestamp !== undefined && Date.parse(old.$updatedAt) > timestamp) throw new RowFailure('conflict', old.$id);
}

function sameRow(table: Table, old: Row, next: Row): boolean {
  const keys = ['$permissions', '$createdAt', ...table.columns.map((column) => column.key)];
  return keys.every((key) => JSON.stringify(old[key] ?? null) === JSON.stringify(next[key] ?? null));
}

function givenDate(value: unknown): string | undefined {
  return isDate(value) ? normalDate(value) : undefined;
}

function permissionsOf(data: Data): string[] | undefined {
  return Array.isArray(data.$permissions) ? data.$permissions.map(String) : undefined;
}
