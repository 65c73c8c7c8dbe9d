import type { Database } from '../database.ts';
import type { Call, Fields, Reply } from '../http/call.ts';
import { ApiError, type ErrorType } from '../http/errors.ts';
import type { Column, Table } from '../project/types.ts';
import { asArgument, listQueries, wantsTotal } from '../routes/management/listing.ts';
import { cursorNotFound, makePlan } from '../rows/plan.ts';
import type { Query } from '../rows/query.ts';
import { ensureTable, sqlName } from '../rows/schema.ts';
import type { RowStore } from '../rows/store.ts';
import { type Row, RowFailure } from '../rows/types.ts';
import type { RowWriter } from '../rows/writer.ts';

type Parts = { database: Database; rows: RowStore; writer: RowWriter };

/** `text[]` is a list of texts, `json` an object stored as its text. */
type Kind = 'text' | 'text[]' | 'integer' | 'boolean' | 'date' | 'json';
const types: Readonly<Record<Kind, string>> = {
  text: 'string',
  'text[]': 'string',
  integer: 'integer',
  boolean: 'boolean',
  date: 'datetime',
  json: 'longtext',
};

type Description = {
  /** Its name, which is also the key of its list in answers. */
  name: string;
  /** The word for one of its rows in errors. */
  label: string;
  /** The error type for an id that is taken. */
  duplicateError: ErrorType;
  columns: Readonly<Record<string, Kind>>;
  /** The columns that list queries may name. */
  listed: readonly string[];
};

/** One of Appwrite's own tables, such as its users, stored as rows so that lists can use the query language of rows. */
export class SystemTable {
  readonly #table: Table;
  readonly #parts: Parts;
  readonly #description: Description;

  constructor(parts: Parts, description: Description) {
    this.#parts = parts;
    this.#description = description;
    const columns = Object.entries(description.columns).map(([key, kind]): Column => {
      return { key, type: types[kind], required: false, array: kind === 'text[]', default: null };
    });
    const searched = description.columns.search
      ? [{ key: 'search', type: 'fulltext' as const, columns: ['search'], orders: [] }]
      : [];
    this.#table = {
      ...{ id: description.name, databaseId: '$own', name: description.name, rowSecurity: false, permissions: [] },
      columns,
      indexes: searched,
    };
    ensureTable(parts.database, this.#table);
  }

  find(id: string): Row | undefined {
    return this.#parts.rows.find(this.#table, id);
  }

  /** All rows with these values, oldest first. */
  all(values: Record<string, string | boolean> = {}): Row[] {
    const queries = Object.entries(values).map(([attribute, value]) => equal(attribute, value));
    const plan = { ...makePlan(this.#table, queries), limit: Number.MAX_SAFE_INTEGER };
    return this.#parts.rows.list(this.#table, plan);
  }

  create(id: string, values: Fields): Row {
    try {
      return this.#parts.writer.create(this.#table, { ...values, $id: id });
    } catch (error) {
      if (error instanceof RowFailure && error.kind === 'duplicate')
        throw new ApiError(this.#description.duplicateError);
      throw error;
    }
  }

  update(id: string, values: Fields): Row {
    return this.#parts.writer.update(this.#table, id, { data: values });
  }

  remove({ $sequence }: Row): void {
    this.#parts.rows.remove(this.#table, $sequence);
  }

  clear(): void {
    this.#parts.database.run(`DELETE FROM ${sqlName(this.#table)}`);
  }

  /** Answers a list call: applies its queries and its search to the rows with the values of `within`. */
  list(call: Call, show: (row: Row) => Fields, within: Record<string, string> = {}): Reply {
    const { name, label, listed } = this.#description;
    const plan = asArgument(() => makePlan(this.#table, listQueries(call, listed)));
    for (const [attribute, value] of Object.entries(within)) plan.filters.push(equal(attribute, value));
    const search = String(call.query.search ?? '');
    if (search !== '') plan.filters.push({ method: 'search', attribute: 'search', values: [search], queries: [] });
    if (plan.cursor && !this.find(plan.cursor.id)) throw cursorNotFound(label, plan.cursor.id);
    const found = this.#parts.rows.list(this.#table, plan);
    const total = wantsTotal(call) ? this.#parts.rows.count(this.#table, plan) : 0;
    return { status: 200, body: { total, [name]: found.map(show) } };
  }
}

function equal(attribute: string, value: string | boolean): Query {
  return { method: 'equal', attribute, values: [value], queries: [] };
}
