import { Query, type TablesDB } from 'node-appwrite';
import { safeParse } from 'zod/v4/core';
import { isSafeId } from '#shared/domain/ids.ts';
import { appwriteType, unavailable } from './failures.ts';
import type { Gateway } from './gateway.ts';
import { readInChunks } from './id-chunks.ts';
import { DATABASE_ID, type TableId } from './resources.ts';
import type { RowMeta, RowSchema, Stored } from './row.ts';

export type Page<T> = { rows: Stored<T>[]; total: number };
type Values = Record<string, unknown>;

// 1.9.6 ignores `total=false` over HTTP but obeys `total=0`; the SDK's type only knows the boolean.
const NO_TOTAL = 0 as unknown as boolean;

/** The errors of increment and decrement for a missing row: 1.9.6 names the column instead. */
const MISSING_ROW = ['row_not_found', 'column_not_found'];
const LIMIT = ['column_limit_exceeded', 'attribute_limit_exceeded'];

function safeId(id: string): string {
  if (!isSafeId(id)) throw new Error(`not a row id: ${JSON.stringify(id.slice(0, 40))}`);
  return id;
}

/** The number of rows that a bulk call has written; throws 503 when the answer has none. */
function writtenRows({ total }: { total: unknown }): number {
  if (typeof total !== 'number') throw unavailable(new Error('a bulk write that tells no number'));
  return total;
}

/**
 * Reads and writes the rows of one table outside transactions. Rows are parsed by their schema; a failure of Appwrite
 * is a 503.
 */
export class Table<T extends Values> {
  readonly #gateway: Gateway;
  readonly #where: { databaseId: string; tableId: TableId };
  readonly #schema: RowSchema<T>;

  constructor(gateway: Gateway, tableId: TableId, schema: RowSchema<T>) {
    this.#gateway = gateway;
    this.#where = { databaseId: DATABASE_ID, tableId };
    this.#schema = schema;
  }

  #parse(row: unknown): Stored<T> {
    const { success, data, error } = safeParse(this.#schema.check, row);
    if (success) return data;
    const paths = JSON.stringify(error.issues.map(({ path }) => path));
    throw unavailable(new Error(`unreadable row in ${this.#where.tableId}: ${paths}`));
  }

  /** Reads by query: getRow may serve a stale copy for a day. */
  async find(id: string): Promise<Stored<T> | undefined> {
    const { rows } = await this.list([Query.equal('$id', safeId(id)), Query.limit(1)]);
    return rows[0];
  }

  /** The rows among these ids that exist, in no particular order. */
  async findMany(ids: readonly string[]): Promise<Stored<T>[]> {
    return readInChunks(
      '$id',
      ids.map(safeId),
      async (query, most) => (await this.list([query, Query.limit(most)])).rows,
    );
  }

  /** Reads the columns of the schema only. `total` is counted on request (0 otherwise), up to 5000. */
  async list(queries: string[], options: { total?: boolean } = {}): Promise<Page<T>> {
    const total = options.total ? {} : { total: NO_TOTAL };
    const all = [...queries, this.#schema.select];
    const answer = await this.#run(() => this.#gateway.tables.listRows({ ...this.#where, queries: all, ...total }));
    if (!Array.isArray(answer.rows)) throw unavailable(new Error('a list without rows'));
    return { rows: answer.rows.map((row) => this.#parse(row)), total: answer.total };
  }

  /** The new row, or undefined when the id or a unique value is taken. */
  insert(id: string, data: Values): Promise<Stored<T> | undefined> {
    return this.#write(['row_already_exists'], (tables) =>
      tables.createRow({ ...this.#where, rowId: safeId(id), data }),
    );
  }

  /** Creates up to 100 rows in one call, all or none; false when one of the ids is taken. */
  async insertMany(rows: ({ $id: string } & Values)[]): Promise<boolean> {
    if (rows.length === 0) return true;
    for (const { $id } of rows) safeId($id);
    const made = await this.#run(
      () => this.#gateway.tables.createRows({ ...this.#where, rows }),
      ['row_already_exists'],
    );
    return made !== undefined;
  }

  /**
   * Needs every required column, unlike a patch. Not for a table with a unique index, where it may overwrite another
   * row (rows-247).
   */
  async upsert(id: string, data: Values): Promise<void> {
    const row = await this.#run(() => this.#gateway.tables.upsertRow({ ...this.#where, rowId: safeId(id), data }));
    if (row?.$id !== id) throw unavailable(new Error('an upsert that answers another row'));
  }

  /** Updates these columns by compare-and-set: undefined when the row has changed or was deleted since it was read. */
  replace(row: RowMeta, data: Values): Promise<Stored<T> | undefined> {
    const tables = this.#gateway.ifUnchangedSince(row.$updatedAt);
    const write = () => tables.updateRow({ ...this.#where, rowId: safeId(row.$id), data });
    return this.#write(['row_update_conflict', 'row_not_found'], write);
  }

  /** Removes a row; idempotent. */
  async remove(id: string): Promise<void> {
    const call = () => this.#gateway.tables.deleteRow({ ...this.#where, rowId: safeId(id) });
    await this.#run(call, ['row_not_found']);
  }

  /**
   * Adds `value` and returns the new number, which differs for each concurrent caller. Undefined when the row does not
   * exist.
   */
  async increment(id: string, column: string, value = 1): Promise<number | undefined> {
    const target = { ...this.#where, rowId: safeId(id), column, value };
    const row = await this.#run(() => this.#gateway.tables.incrementRowColumn(target), MISSING_ROW);
    if (row === undefined) return undefined;
    const now: unknown = (row as Values)[column];
    if (typeof now !== 'number') throw unavailable(new Error(`an increment that answers ${typeof now}`));
    return now;
  }

  /** Subtracts `value`. Changes nothing when the row is gone or holds less. */
  async decrement(id: string, column: string, value = 1): Promise<void> {
    const target = { ...this.#where, rowId: safeId(id), column, value, min: 0 };
    await this.#run(() => this.#gateway.tables.decrementRowColumn(target), [...MISSING_ROW, ...LIMIT]);
  }

  /**
   * Not a compare-and-set: only for values that every writer sets alike. The type refuses an empty list, which would
   * match every row.
   */
  async updateWhere(queries: [string, ...string[]], data: Values): Promise<void> {
    writtenRows(await this.#run(() => this.#gateway.tables.updateRows({ ...this.#where, queries, data })));
  }

  /** Returns the number of removed rows. */
  async removeWhere(queries: [string, ...string[]]): Promise<number> {
    return writtenRows(await this.#run(() => this.#gateway.tables.deleteRows({ ...this.#where, queries })));
  }

  async #write(expected: string[], write: (tables: TablesDB) => Promise<unknown>): Promise<Stored<T> | undefined> {
    const row = await this.#run(() => write(this.#gateway.tables), expected);
    return row === undefined ? undefined : this.#parse(row);
  }

  async #run<R>(call: () => Promise<R>): Promise<R>;
  async #run<R>(call: () => Promise<R>, expected: string[]): Promise<R | undefined>;
  async #run<R>(call: () => Promise<R>, expected: string[] = []): Promise<R | undefined> {
    try {
      return await call();
    } catch (error) {
      if (expected.includes(appwriteType(error) ?? '')) return undefined;
      throw unavailable(error);
    }
  }
}
