import type { Engine } from '../database/engine.ts';
import type { Cell } from '../database.ts';
import { quote } from '../database.ts';
import { ApiError } from '../http/errors.ts';
import type { Column, Table } from '../project/types.ts';
import { isDate, toCell } from './cells.ts';
import { patternKey, textKey } from './collation.ts';
import { invalidQuery, type Query } from './query.ts';
import { comparable, findColumn, searchName } from './schema.ts';
import { searchRules } from './search.ts';
import { readSequence } from './sequence.ts';
import { isText } from './types.ts';

/** The table to read, and the imitated database. */
export type Source = { table: Table; engine: Engine };
export type Condition = { sql: string; values: Cell[] };

/** All filters of a list as SQL; throws for what Appwrite refuses. */
export function where(source: Source, filters: readonly Query[]): Condition {
  if (countSearches(filters) > source.engine.searchesPerList) throw new ApiError('general_unknown', 'Server Error');
  const parts = filters.map((filter) => condition(source, filter));
  return { sql: parts.map((part) => part.sql).join(' AND ') || '1', values: parts.flatMap((part) => part.values) };
}

function countSearches(filters: readonly Query[]): number {
  return filters.reduce((sum, { method, queries }) => sum + Number(method === 'search') + countSearches(queries), 0);
}

export function requireColumn(table: Table, key: string): Column {
  const column = findColumn(table, key);
  if (!column) throw invalidQuery(`Attribute not found in schema: ${key}`);
  return column;
}

/** A value in the form in which the column is compared. */
export function comparableValue({ engine }: Source, column: Column, value: unknown): Cell {
  if (column.type === 'sequence') return readSequence(engine.sequence, value) ?? toCell(column, value);
  return isText(column) ? textKey(engine)(String(value)) : toCell(column, value);
}

/** Query methods by the number of values they take. */
const oneValue = list('notEqual lessThan lessThanEqual greaterThan greaterThanEqual search notSearch');
const patterned = list('startsWith notStartsWith endsWith notEndsWith');
const twoValues = list('between notBetween');
const containing = list('contains containsAny containsAll notContains');
const nullChecks = list('isNull isNotNull');
const comparisons: Record<string, string> = {
  lessThan: '<',
  lessThanEqual: '<=',
  greaterThan: '>',
  greaterThanEqual: '>=',
};

function list(names: string): Set<string> {
  return new Set(names.split(' '));
}

function condition(source: Source, query: Query): Condition {
  const { method, attribute, values } = query;
  if (method === 'and' || method === 'or') return group(source, query);
  checkCount(query);
  const column = requireColumn(source.table, attribute);
  if (values.length > 500) throw invalidQuery(`Query on attribute has greater than 500 values: ${attribute}`);
  for (const value of values) {
    if (!isComparable(source, column, value)) throw invalidQuery(`Query value is invalid for attribute "${attribute}"`);
  }
  if (nullChecks.has(method)) return plain(`${quote(attribute)} IS ${method === 'isNull' ? '' : 'NOT '}NULL`);
  if (column.array) return arrayCondition(source, column, query);
  if (containing.has(method) || patterned.has(method)) return patternCondition(source, column, query);
  if (method === 'search' || method === 'notSearch') return searchCondition(source, column, query);
  return comparison(source, column, query);
}

function checkCount({ method, values }: Query): void {
  const name = method.charAt(0).toUpperCase() + method.slice(1);
  const [wanted, rule] =
    oneValue.has(method) || patterned.has(method)
      ? [values.length === 1, 'exactly one value']
      : twoValues.has(method)
        ? [values.length === 2, 'exactly two values']
        : [values.length > 0 || nullChecks.has(method), 'at least one value'];
  if (!wanted) throw invalidQuery(`${name} queries require ${rule}.`);
}

const int64 = 2 ** 63;

/** Whether a query may compare the value with the column. */
function isComparable({ engine }: Source, column: Column, value: unknown): boolean {
  if (isText(column)) return typeof value === 'string';
  switch (column.type) {
    case 'sequence':
      return readSequence(engine.sequence, value) !== undefined;
    case 'integer':
    case 'bigint':
      return Number.isInteger(value) && Math.abs(Number(value)) < int64;
    case 'double':
    case 'float':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'datetime':
      return isDate(value);
    default:
      return false;
  }
}

function group(source: Source, query: Query): Condition {
  if (query.queries.length < 2) throw invalidQuery(`${query.method} queries require at least two queries`);
  const parts = query.queries.map((part) => condition(source, part));
  const joined: Condition = {
    sql: `(${parts.map((part) => part.sql).join(query.method === 'or' ? ' OR ' : ' AND ')})`,
    values: parts.flatMap((part) => part.values),
  };
  return query.method === 'or' ? withIndexBound(source, query, joined) : joined;
}

function comparison(source: Source, column: Column, { method, values }: Query): Condition {
  const name = comparable(column);
  const cells = values.map((value) => comparableValue(source, column, value));
  switch (method) {
    case 'equal':
      return {
        sql: `${name} ${cells.length === 1 ? '= ?' : `IN (${cells.map(() => '?').join(', ')})`}`,
        values: cells,
      };
    case 'notEqual':
      return { sql: negated(source, column, `${name} <> ?`), values: cells };
    case 'between':
    case 'notBetween':
      return { sql: `${name} ${method === 'between' ? '' : 'NOT '}BETWEEN ? AND ?`, values: cells };
    default: {
      const operator = comparisons[method];
      if (!operator) throw invalidQuery(`Invalid query method: ${method}`);
      return { sql: `${name} ${operator} ?`, values: cells };
    }
  }
}

/** A negation in SQL does not match null; in MongoDB it does. */
function negated({ engine }: Source, column: Column, sql: string): string {
  return engine.negationSkipsNulls ? sql : `(${quote(column.key)} IS NULL OR ${sql})`;
}

/** `LIKE`; as in Appwrite, everything is escaped but the escape character itself. */
function patternCondition(source: Source, column: Column, { method, values }: Query): Condition {
  const { engine } = source;
  const anywhere = containing.has(method);
  if (anywhere && !isText(column)) {
    throw invalidQuery(
      `Cannot query ${method} on attribute "${column.key}" because it is not an array, string, or object.`,
    );
  }
  if (!anywhere && engine.anchors === 'none') {
    throw new ApiError(
      'general_not_implemented_locally',
      `The local Appwrite does not support ${method} on ${engine.name}.`,
    );
  }
  if (!anywhere && engine.anchors === 'text' && !isText(column)) throw new ApiError('general_unknown', 'Server Error');
  const negative = method.startsWith('not');
  const [before, after] = [
    /endsWith/i.test(method) || anywhere ? '%' : '',
    /startsWith/i.test(method) || anywhere ? '%' : '',
  ];
  const one = `pattern(${quote(column.key)}) ${negative ? 'NOT ' : ''}LIKE ? ESCAPE '\\'`;
  const cells = values.map((value) => {
    const escaped = patternKey(engine)(String(value)).replace(/[%_]/g, '\\$&');
    return `${before}${escaped}${after}`;
  });
  const sql = `(${cells.map(() => one).join(negative ? ' AND ' : ' OR ')})`;
  return { sql: negative ? negated(source, column, sql) : sql, values: cells };
}

function searchCondition({ table, engine }: Source, column: Column, { method, values }: Query): Condition {
  const indexed = table.indexes.some(({ type, columns }) => type === 'fulltext' && columns.join() === column.key);
  if (!indexed) throw invalidQuery(`Searching by attribute "${column.key}" requires a fulltext index.`);
  const words = searchRules[engine.search].query(String(values[0]));
  const name = searchName(table, column.key);
  const found = words === undefined ? '0' : `"$sequence" IN (SELECT rowid FROM ${name} WHERE ${name} MATCH ?)`;
  return { sql: method === 'search' ? found : `NOT (${found})`, values: words === undefined ? [] : [words] };
}

function arrayCondition(source: Source, column: Column, { method, values }: Query): Condition {
  const name = quote(column.key);
  if (!containing.has(method)) {
    throw invalidQuery(`Cannot query ${method} on attribute "${column.key}" because it is an array.`);
  }
  const has = values.map(() => `EXISTS (SELECT 1 FROM json_each(${name}) WHERE value = ?)`);
  const sql = `(${has.join(method === 'containsAll' ? ' AND ' : ' OR ')})`;
  const cells = values.map((value) => (typeof value === 'boolean' ? Number(value) : (value as Cell)));
  if (method !== 'notContains') return { sql, values: cells };
  return { sql: negated(source, column, `(${name} IS NOT NULL AND NOT ${sql})`), values: cells };
}

function plain(sql: string): Condition {
  return { sql, values: [] };
}

const upper = list('lessThan lessThanEqual equal');
const lower = list('greaterThan greaterThanEqual equal');

/**
 * A keyset page sends `or(a < x, and(a = x, b < y))`. Every branch implies `a <= x`; adding that lets SQLite start in
 * the middle of an index instead of scanning up to it.
 */
function withIndexBound(source: Source, { queries }: Query, whole: Condition): Condition {
  const attributes = new Set(queries.flatMap((branch) => terms(branch).map((term) => term.attribute)));
  for (const attribute of attributes) {
    const column = findColumn(source.table, attribute);
    if (!column || column.array) continue;
    for (const [side, operator] of [
      [upper, '<='],
      [lower, '>='],
    ] as const) {
      const values = boundsOf(queries, attribute, side);
      if (!values) continue;
      const [bound = null] = values.map((value) => comparableValue(source, column, value)).sort(order(operator));
      return { sql: `(${comparable(column)} ${operator} ? AND +${whole.sql})`, values: [bound, ...whole.values] };
    }
  }
  return whole;
}

/** Compares as SQLite does, texts by their bytes. Sorts the widest bound first. */
function order(operator: '<=' | '>='): (a: Cell, b: Cell) => number {
  const compare = (a: Cell, b: Cell) =>
    typeof a === 'string' && typeof b === 'string'
      ? Buffer.compare(Buffer.from(a), Buffer.from(b))
      : Number(a) - Number(b);
  return operator === '<=' ? (a, b) => compare(b, a) : compare;
}

function terms(branch: Query): Query[] {
  return branch.method === 'and' ? branch.queries : [branch];
}

/** The values that bound the attribute on that side, one per branch; undefined if a branch has none. */
function boundsOf(branches: Query[], attribute: string, side: Set<string>): unknown[] | undefined {
  const values: unknown[] = [];
  for (const branch of branches) {
    const term = terms(branch).find((part) => part.attribute === attribute && side.has(part.method));
    if (term?.values.length !== 1) return undefined;
    values.push(term.values[0]);
  }
  return values;
}
