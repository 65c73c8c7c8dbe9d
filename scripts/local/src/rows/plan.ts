import type { Cell } from '../database.ts';
import { ApiError, missing } from '../http/errors.ts';
import type { Column, Table } from '../project/types.ts';
import { toCell } from './cells.ts';
import { type Condition, condition, requireColumn } from './conditions.ts';
import { fold } from './fold.ts';
import { invalidQuery, type Query } from './query.ts';
import { comparable } from './schema.ts';
import { isText, type Row } from './types.ts';

export type Order = { column: Column; descending: boolean };
export type Cursor = { row: Row; before: boolean };
export type Plan = {
  filters: Query[];
  orders: Order[];
  random: boolean;
  limit: number;
  offset: number;
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

export function makePlan(table: Table, queries: Query[]): Plan {
  const first = (method: string) => queries.find((query) => query.method === method);
  const cursor = queries.find((query) => query.method.startsWith('cursor'));
  const selects = queries.filter((query) => query.method === 'select');
  return {
    filters: queries.filter((query) => !notFilters.has(query.method)),
    orders: readOrders(table, queries),
    random: first('orderRandom') !== undefined,
    limit: whole(first('limit'), 25, 1),
    offset: whole(first('offset'), 0, 0),
    selected: selects.length > 0 ? selects.flatMap((query) => readSelect(table, query)) : undefined,
    cursor: cursor && { id: String(cursor.values[0] ?? ''), before: cursor.method === 'cursorBefore' },
  };
}

/** Rows that tie are told apart by `$sequence`, ascending whatever the order before it. */
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

function readSelect(table: Table, query: Query): string[] {
  const keys = query.values.map(String);
  for (const key of keys) {
    if (!['*', '$permissions', '$databaseId', '$tableId', '$collectionId'].includes(key)) requireColumn(table, key);
  }
  return keys;
}

function whole(query: Query | undefined, fallback: number, least: number): number {
  if (!query) return fallback;
  const value = query.values[0];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw invalidQuery(
    `Invalid ${query.method}: Value must be a valid range between ${least} and 9,223,372,036,854,775,807`,
  );
}

export function where(table: Table, filters: Query[]): Condition {
  const parts = filters.map((filter) => condition(table, filter));
  return { sql: parts.map((part) => part.sql).join(' AND ') || '1', values: parts.flatMap((part) => part.values) };
}

export function orderBy(plan: Plan): string {
  if (plan.random) return 'random()';
  const before = plan.cursor?.before ?? false;
  return plan.orders
    .map(({ column, descending }) => `${comparable(column)} ${descending !== before ? 'DESC' : 'ASC'}`)
    .join(', ');
}

/** Only what lies beyond the cursor's row, in the plan's order. */
export function beyond(orders: Order[], cursor: Cursor): Condition {
  const branches: string[] = [];
  const values: Cell[] = [];
  const cells = orders.map(({ column }) => cursorCell(column, cursor.row));
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

function cursorCell(column: Column, row: Row): Cell {
  const value = row[column.key];
  if (value === null || value === undefined) throw missing('database_query_order_null', column.key);
  return isText(column) ? fold(String(value)) : toCell(column, value);
}

export function cursorNotFound(label: string, id: string): ApiError {
  return new ApiError('general_cursor_not_found', `${label} '${id}' for the 'cursor' value not found.`);
}
