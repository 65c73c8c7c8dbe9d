import { type Cell, type Database, quote } from '../database.ts';
import { ApiError } from '../http/errors.ts';
import type { Column, Table } from '../project/types.ts';
import { toCell, toRow } from './cells.ts';
import { type Condition, where } from './conditions.ts';
import { afterCursor, cursorNotFound, orderBy, type Plan } from './plan.ts';
import { overflowsIndex, sqlName } from './schema.ts';
import { type NewRow, type Row, RowFailure } from './types.ts';

/** Appwrite counts no further than this. */
export const countedAtMost = 5000;

/** Which rows a list shows, and which of their columns. */
export type Reading = { visible?: Condition; columns?: Column[] };

/** Rows in SQLite, without rules and permissions. */
export class RowStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(table: Table, id: string): Row | undefined {
    const row = this.#findInAnyCase(table, id);
    return row?.$id === id || this.#database.engine.findsIdsInAnyCase ? row : undefined;
  }

  #findInAnyCase(table: Table, id: string): Row | undefined {
    const cells = this.#database.get(`SELECT * FROM ${sqlName(table)} WHERE lower("$id") = ?`, [id.toLowerCase()]);
    return cells && toRow(table, cells);
  }

  insert(table: Table, row: NewRow): Row {
    this.#checkIndexes(table, row);
    const { id } = this.#guarded(row.$id, () => this.#database.run(insertion(table), rowCells(table, row)));
    return { ...row, $sequence: id };
  }

  /**
   * Inserts a row, or overwrites the one with the same id in any case, all but id and `$createdAt`. On MariaDB a new
   * row with a unique value of another row overwrites that one; `overwritten` is its old state. Elsewhere it is a
   * duplicate.
   */
  upsert(table: Table, row: NewRow): { $sequence: number; overwritten?: Row } {
    const same = this.#findInAnyCase(table, row.$id);
    if (same) {
      this.update(table, same, { ...row, $id: same.$id, $createdAt: same.$createdAt, $sequence: same.$sequence });
      return { $sequence: same.$sequence };
    }
    try {
      return { $sequence: this.insert(table, row).$sequence };
    } catch (error) {
      if (!(error instanceof RowFailure && this.#database.engine.upsertOverwritesUnique)) throw error;
    }
    const changed = storedKeys(table).filter((key) => key !== '$id' && key !== '$createdAt');
    const sets = changed.map((key) => `${quote(key)} = excluded.${quote(key)}`).join(', ');
    const sql = `${insertion(table)} ON CONFLICT DO UPDATE SET ${sets} RETURNING "$id"`;
    const write = () => this.#guarded(row.$id, () => this.#database.get(sql, rowCells(table, row)));
    const id = this.#database.dryRun(write)?.$id;
    const overwritten = this.#findInAnyCase(table, String(id));
    if (!overwritten) throw new Error(`The row ${id} that an upsert overwrites is missing.`);
    write();
    return { $sequence: overwritten.$sequence, overwritten };
  }

  /** Writes only changed columns, so that indexes of others stay untouched. */
  update(table: Table, old: Row, next: Row): void {
    const before = rowCells(table, old);
    const cells = rowCells(table, next);
    const changed = storedKeys(table).flatMap((key, index) => {
      const cell = cells[index] ?? null;
      return cell === (before[index] ?? null) ? [] : [{ key, cell }];
    });
    if (changed.length === 0) return;
    this.#checkIndexes(table, next);
    const sql = `UPDATE ${sqlName(table)} SET ${changed.map(({ key }) => `${quote(key)} = ?`).join(', ')} WHERE "$sequence" = ?`;
    const values: Cell[] = [...changed.map(({ cell }) => cell), old.$sequence];
    this.#guarded(next.$id, () => this.#database.run(sql, values));
  }

  remove(table: Table, sequence: number): void {
    this.#database.run(`DELETE FROM ${sqlName(table)} WHERE "$sequence" = ?`, [sequence]);
  }

  /** The visible rows of a plan with these columns, all by default. */
  list(table: Table, plan: Plan, { visible = everything, columns = table.columns }: Reading = {}): Row[] {
    const source = { table, engine: this.#database.engine };
    const parts = [where(source, plan.filters), visible];
    if (plan.cursor) {
      const row = this.#findInAnyCase(table, plan.cursor.id);
      if (!row) throw cursorNotFound('Row', plan.cursor.id);
      parts.push(afterCursor(source, plan.orders, { row, before: plan.cursor.before }));
    }
    const keys = ['$sequence', ...storedKeys({ columns })];
    const sql = `SELECT ${keys.map(quote).join(', ')} FROM ${sqlName(table)} WHERE ${parts.map((part) => part.sql).join(' AND ')}
      ORDER BY ${orderBy(source, plan)} LIMIT ? OFFSET ?`;
    const values: Cell[] = [...parts.flatMap((part) => part.values), plan.limit, plan.offset];
    const rows = this.#database.all(sql, values).map((cells) => toRow({ columns }, cells));
    return plan.cursor?.before ? rows.reverse() : rows;
  }

  count(table: Table, plan: Plan, visible: Condition = everything): number {
    const { sql, values } = where({ table, engine: this.#database.engine }, plan.filters);
    const counted = this.#database.get(
      `SELECT count(*) AS total FROM (SELECT 1 FROM ${sqlName(table)} WHERE ${sql} AND ${visible.sql} LIMIT ?)`,
      [...values, ...visible.values, countedAtMost],
    );
    return Number(counted?.total ?? 0);
  }

  #checkIndexes(table: Table, row: NewRow): void {
    if (overflowsIndex(this.#database, table, row)) throw new ApiError('general_unknown', 'Server Error');
  }

  #guarded<T>(id: string, write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (error instanceof Error && error.message.includes('UNIQUE constraint')) throw new RowFailure('duplicate', id);
      throw error;
    }
  }
}

function insertion(table: Table): string {
  const keys = storedKeys(table);
  return `INSERT INTO ${sqlName(table)} (${keys.map(quote).join(', ')}) VALUES (${keys.map(() => '?').join(', ')})`;
}

export const everything: Condition = { sql: '1', values: [] };

function storedKeys({ columns }: Pick<Table, 'columns'>): string[] {
  return ['$id', '$createdAt', '$updatedAt', '$permissions', ...columns.map(({ key }) => key)];
}

function rowCells(table: Table, row: NewRow): Cell[] {
  const system = [row.$id, row.$createdAt, row.$updatedAt, JSON.stringify(row.$permissions)] as Cell[];
  return [...system, ...table.columns.map((column) => toCell(column, row[column.key]))];
}
