import type { Cell } from '../database.ts';
import { ApiError, errorWithId } from '../http/errors.ts';
import type { Column, Table } from '../project/types.ts';
import { type Condition, comparableValue, requireColumn, type Source } from './conditions.ts';
import { invalidQuery, type Query } from './query.ts';
import { comparable } from './schema.ts';
import type { Row } from './types.ts';

export type Order = { column: Column; descending: boolean };
export type Cursor = { row: Row; before: boolean };
export type Plan = {
  filters: Query[];
  orders: Order[];
  random: boolean;
  limit: number;
  offset: number;
  /** The selected columns; undefined for all. */
  selected: string[] | undefined;
  cursor: { id: string; before: boolean } | undefined;
};

const notFilters = new Set([
  'orderAsc',
  'orderDesc',
  'orderRandom',
  'limit',
  'offset',
  'select',
  'cursorAfter',
  'cursorBefore',
]);

/**
 * The plan of a list. Of several limits, offsets or cursors the first counts. Filters are checked later, by `where`.
 */
export function makePlan(table: Table, queries: Query[]): Plan {
  const first = (...methods: string[]) => queries.find(({ method }) => methods.includes(method));
  const cursor = first('cursorAfter', 'cursorBefore');
  const selected = queries.filter(({ method }) => method === 'select').flatMap((query) => readSelect(table, query));
  return {
    filters: queries.filter(({ method }) => !notFilters.has(method)),
    orders: readOrders(table, queries),
    random: first('orderRandom') !== undefined,
    limit: readNumber(first('limit'), 25, 1),
    offset: readNumber(first('offset'), 0, 0),
    selected: selected.length === 0 || selected.includes('*') ? undefined : selected,
    cursor: cursor && { id: readCursor(cursor), before: cursor.method === 'cursorBefore' },
  };
}

/** The columns that a plan selects. */
export function selectedColumns({ columns }: Table, { selected }: Plan): Column[] {
  return selected ? columns.filter(({ key }) => selected.includes(key)) : columns;
}

/** The row with only the selected columns and all `$` fields. */
export function select({ selected }: Plan, row: Row): Row {
  if (!selected) return row;
  const kept = Object.entries(row).filter(([key]) => key.startsWith('$') || selected.includes(key));
  return Object.fromEntries(kept) as Row;
}

/** Breaks ties by `$sequence`, ascending whatever the other orders. */
function readOrders(table: Table, queries: Query[]): Order[] {
  const orders = queries
    .filter((query) => query.method === 'orderAsc' || query.method === 'orderDesc')
    .map((query) => ({
      column: requireColumn(table, query.attribute || '$sequence'),
      descending: query.method === 'orderDesc',
    }));
  const settled = orders.some(({ column }) => column.key === '$id' || column.key === '$sequence');
  return settled ? orders : [...orders, { column: requireColumn(table, '$sequence'), descending: false }];
}

function readSelect(table: Table, { values }: Query): string[] {
  const keys = values.map(String);
  if (keys.length === 0) throw invalidQuery('No attributes selected');
  if (new Set(keys).size < keys.length) throw invalidQuery('Duplicate attributes selected');
  for (const key of keys) if (key !== '*' && key !== '$permissions') requireColumn(table, key);
  return keys;
}

/** A whole number of at least `least`, as a number or in digits. */
function readNumber(query: Query | undefined, fallback: number, least: number): number {
  if (!query) return fallback;
  const [value] = query.values;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least) return number;
  throw invalidQuery(
    `Invalid ${query.method}: Value must be a valid range between ${least} and 9,223,372,036,854,775,807`,
  );
}

function readCursor({ values: [id] }: Query): string {
  if (typeof id === 'string' && /^[a-zA-Z0-9][\w.-]{0,35}$/.test(id)) return id;
  throw invalidQuery('Invalid cursor: UID must contain at most 36 chars.');
}

/** The ORDER BY of a list; reversed for `cursorBefore`. */
export function orderBy({ engine }: Source, plan: Plan): string {
  if (plan.random) return 'random()';
  const before = plan.cursor?.before ?? false;
  return plan.orders
    .map(({ column, descending }) => {
      const down = descending !== before;
      // SQLite sorts nulls first when ascending; a NULLS clause would keep it from using the index.
      const nulls = engine.nullsFirst || column.required ? '' : down ? ' NULLS FIRST' : ' NULLS LAST';
      return `${comparable(column)} ${down ? 'DESC' : 'ASC'}${nulls}`;
    })
    .join(', ');
}

/** Only the rows beyond the cursor's row, in the plan's order. */
export function afterCursor(source: Source, orders: Order[], cursor: Cursor): Condition {
  const branches: string[] = [];
  const values: Cell[] = [];
  const cells = orders.map(({ column }) => cursorCell(source, column, cursor.row));
  for (const [index, { column, descending }] of orders.entries()) {
    const equal = orders.slice(0, index).map((order) => `${comparable(order.column)} = ?`);
    branches.push(
      `(${[...equal, `${comparable(column)} ${descending !== cursor.before ? '<' : '>'} ?`].join(' AND ')})`,
    );
    values.push(...cells.slice(0, index + 1));
  }
  const [leading] = orders;
  if (!leading) return { sql: '1', values: [] };
  const bound = `${comparable(leading.column)} ${leading.descending !== cursor.before ? '<=' : '>='} ?`;
  return { sql: `(${bound} AND +(${branches.join(' OR ')}))`, values: [cells[0] ?? null, ...values] };
}

function cursorCell(source: Source, column: Column, row: Row): Cell {
  const value = row[column.key];
  if (value === null || value === undefined) throw errorWithId('database_query_order_null', column.key);
  return comparableValue(source, column, value);
}

export function cursorNotFound(label: string, id: string): ApiError {
  return new ApiError('general_cursor_not_found', `${label} '${id}' for the 'cursor' value not found.`);
}
