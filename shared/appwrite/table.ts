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

/** What increment and decrement answer for a row that does not exist: 1.9.6 speaks of the column. */
const MISSING_ROW = ['row_not_found', 'column_not_found'];
const LIMIT = ['column_limit_exceeded', 'attribute_limit_exceeded'];

function gate(id: string): string {
  if (!isSafeId(id)) throw new Error(`not a row id: ${JSON.stringify(id.slice(0, 40))}`);
  return id;
}

/** How many rows a bulk call has written; 503 when the answer has no number. */
function counted({ total }: { total: unknown }): number {
  if (typeof total !== 'number') throw unavailable(new Error('a bulk write that tells no number'));
  return total;
}

/** One table: the only way rows are read and written singly. Rows come back through their schema; a failure of Appwrite is a 503. */
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

  /** Reads by query, never by getRow: that one may serve a stale copy for a day. */
  async find(id: string): Promise<Stored<T> | undefined> {
    const { rows } = await this.list([Query.equal('$id', gate(id)), Query.limit(1)]);
    return rows[0];
  }

  /** Those of these ids that there are, in no particular order. */
  async findMany(ids: readonly string[]): Promise<Stored<T>[]> {
    return readInChunks(
      '$id',
      ids.map(gate),
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
    return this.#write(['row_already_exists'], (tables) => tables.createRow({ ...this.#where, rowId: gate(id), data }));
  }

  /** Up to 100 new rows in one call, all or none of them: false when one of the ids is taken. */
  async insertMany(rows: ({ $id: string } & Values)[]): Promise<boolean> {
    if (rows.length === 0) return true;
    for (const { $id } of rows) gate($id);
    const made = await this.#run(
      () => this.#gateway.tables.createRows({ ...this.#where, rows }),
      ['row_already_exists'],
    );
    return made !== undefined;
  }

  /** Needs every required column, unlike a patch. Not for a table with a unique index, where it may overwrite another row. */
  async upsert(id: string, data: Values): Promise<void> {
    const row = await this.#run(() => this.#gateway.tables.upsertRow({ ...this.#where, rowId: gate(id), data }));
    if (row?.$id !== id) throw unavailable(new Error('an upsert that answers another row'));
  }

  /** A compare-and-set on the row as it was read: undefined when it has changed or gone since. */
  replace(row: RowMeta, data: Values): Promise<Stored<T> | undefined> {
    const tables = this.#gateway.ifUnchangedSince(row.$updatedAt);
    const write = () => tables.updateRow({ ...this.#where, rowId: gate(row.$id), data });
    return this.#write(['row_update_conflict', 'row_not_found'], write);
  }

  /** Removes a row; idempotent. */
  async remove(id: string): Promise<void> {
    const gone = () => this.#gateway.tables.deleteRow({ ...this.#where, rowId: gate(id) });
    await this.#run(gone, ['row_not_found']);
  }

  /** Adds `value` and answers the new one: every one of concurrent callers gets another. Undefined for a row that is not there. */
  async increment(id: string, column: string, value = 1): Promise<number | undefined> {
    const target = { ...this.#where, rowId: gate(id), column, value };
    const row = await this.#run(() => this.#gateway.tables.incrementRowColumn(target), MISSING_ROW);
    if (row === undefined) return undefined;
    const now: unknown = (row as Values)[column];
    if (typeof now !== 'number') throw unavailable(new Error(`an increment that answers ${typeof now}`));
    return now;
  }

  /** Takes `value` off again, never below 0; a row that is gone or holds less is as good. */
  async decrement(id: string, column: string, value = 1): Promise<void> {
    const target = { ...this.#where, rowId: gate(id), column, value, min: 0 };
    await this.#run(() => this.#gateway.tables.decrementRowColumn(target), [...MISSING_ROW, ...LIMIT]);
  }

  /** Not a compare-and-set: for values that any writer would set alike. Refuses an empty list of queries, which would match every row. */
  async updateWhere(queries: [string, ...string[]], data: Values): Promise<void> {
    counted(await this.#run(() => this.#gateway.tables.updateRows({ ...this.#where, queries, data })));
  }

  /** Returns how many were removed. */
  async removeWhere(queries: [string, ...string[]]): Promise<number> {
    return counted(await this.#run(() => this.#gateway.tables.deleteRows({ ...this.#where, queries })));
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
