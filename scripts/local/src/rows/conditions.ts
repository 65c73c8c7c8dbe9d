import type { Cell } from '../database.ts';
import { quote } from '../database.ts';
import { ApiError } from '../http/errors.ts';
import type { Column, Table } from '../project/types.ts';
import { impliedBounds } from './bounds.ts';
import { fold, foldPart } from './fold.ts';
import { invalidQuery, type Query } from './query.ts';
import { comparable, findColumn, searchName } from './schema.ts';
import { searchText } from './search.ts';
import { isText } from './types.ts';
import { queryValue } from './values.ts';

export type Condition = { sql: string; values: Cell[] };

const comparisons: Record<string, string> = {
  lessThan: '<',
  lessThanEqual: '<=',
  greaterThan: '>',
  greaterThanEqual: '>=',
};

export function condition(table: Table, query: Query): Condition {
  if (query.method === 'and' || query.method === 'or') return group(table, query);
  if (query.method === 'exists' || query.method === 'notExists') return existence(table, query);
  const column = requireColumn(table, query.attribute);
  if (query.values.length > 500) {
    throw invalidQuery(`Query on attribute has greater than 500 values: ${column.key}`);
  }
  if (column.array) return arrayCondition(column, query);
  return plainCondition(table, column, query);
}

export function requireColumn(table: Table, key: string): Column {
  const column = findColumn(table, key);
  if (!column) throw invalidQuery(`Attribute not found in schema: ${key}`);
  return column;
}

function group(table: Table, query: Query): Condition {
  if (query.queries.length < 2) throw invalidQuery(`${query.method} queries require at least two queries`);
  const parts = query.queries.map((part) => condition(table, part));
  const joined: Condition = {
    sql: `(${parts.map((part) => part.sql).join(query.method === 'or' ? ' OR ' : ' AND ')})`,
    values: parts.flatMap((part) => part.values),
  };
  return query.method === 'or' ? impliedBounds(table, query, joined) : joined;
}

function existence(table: Table, query: Query): Condition {
  const test = query.method === 'exists' ? 'IS NOT NULL' : 'IS NULL';
  const parts = query.values.map((key) => `${quote(requireColumn(table, String(key)).key)} ${test}`);
  return { sql: parts.length > 0 ? `(${parts.join(' AND ')})` : '1', values: [] };
}

function plainCondition(table: Table, column: Column, query: Query): Condition {
  const name = comparable(column);
  const { method } = query;
  if (method === 'isNull' || method === 'isNotNull') {
    return { sql: `${name} IS ${method === 'isNull' ? '' : 'NOT '}NULL`, values: [] };
  }
  if (query.values.length === 0) throw invalidQuery(`${capital(method)} queries require at least one value.`);
  const values = query.values.map((value) => queryValue(column, value));
  const operator = comparisons[method];
  if (operator) return { sql: `${name} ${operator} ?`, values: [single(method, values)] };
  switch (method) {
    case 'equal':
      return { sql: `${name} ${values.length === 1 ? '= ?' : `IN (${marks(values)})`}`, values };
    case 'notEqual':
      return { sql: `${name} <> ?`, values: [single(method, values)] };
    case 'between':
    case 'notBetween':
      if (values.length !== 2) throw invalidQuery(`${capital(method)} queries require exactly two values.`);
      return { sql: `${name} ${method === 'between' ? '' : 'NOT '}BETWEEN ? AND ?`, values };
    default:
      return textCondition(table, column, query);
  }
}

function textCondition(table: Table, column: Column, query: Query): Condition {
  if (!isText(column)) {
    throw invalidQuery(
      `Cannot query ${query.method} on attribute "${column.key}" because it is not an array, string, or object.`,
    );
  }
  const negative = query.method.startsWith('not');
  const method = negative ? uncapital(query.method.slice(3)) : query.method;
  const parts = query.values.map((value) => partCondition({ table, column, method }, String(value)));
  const joined = parts.map((part) => part.sql).join(' OR ');
  return { sql: negative ? `NOT (${joined})` : `(${joined})`, values: parts.flatMap((part) => part.values) };
}

type Part = { table: Table; column: Column; method: string };

function partCondition({ table, column, method }: Part, value: string): Condition {
  const name = comparable(column);
  const part = foldPart(value);
  switch (method) {
    case 'contains':
    case 'containsAny':
    case 'containsAll':
      return { sql: `instr(${name}, ?) > 0`, values: [part] };
    case 'startsWith':
      return { sql: `(${name} >= ? AND ${name} < ?)`, values: [part, `${part}\u{10ffff}`] };
    case 'endsWith':
      if (fold(value) === '') return { sql: `${name} IS NOT NULL`, values: [] };
      return { sql: `substr(${name}, -length(?)) = ?`, values: [fold(value), fold(value)] };
    case 'regex':
      return { sql: `matches(?, ${quote(column.key)})`, values: [regex(value)] };
    case 'search':
      return search(table, column, value);
    default:
      throw new ApiError('general_not_implemented_locally', `The local Appwrite has no query method ${method}.`);
  }
}

function search(table: Table, column: Column, value: string): Condition {
  const indexed = table.indexes.some((index) => index.type === 'fulltext' && index.columns.join() === column.key);
  if (!indexed) throw invalidQuery(`Searching by attribute "${column.key}" requires a fulltext index.`);
  const words = searchText(value);
  if (words === '') return { sql: '0', values: [] };
  const name = searchName(table, column.key);
  return { sql: `"$sequence" IN (SELECT rowid FROM ${name} WHERE ${name} MATCH ?)`, values: [words] };
}

function arrayCondition(column: Column, query: Query): Condition {
  const name = quote(column.key);
  if (query.method === 'isNull') return { sql: `${name} IS NULL`, values: [] };
  if (query.method === 'isNotNull') return { sql: `${name} IS NOT NULL`, values: [] };
  if (!/^(contains|containsAny|containsAll|notContains)$/.test(query.method)) {
    throw invalidQuery(`Cannot query ${query.method} on attribute "${column.key}" because it is an array.`);
  }
  const has = query.values.map(() => `EXISTS (SELECT 1 FROM json_each(${name}) WHERE value = ?)`);
  const joined = has.join(query.method === 'containsAll' ? ' AND ' : ' OR ');
  const values = query.values.map((value) => (typeof value === 'boolean' ? Number(value) : (value as Cell)));
  return { sql: query.method === 'notContains' ? `NOT (${joined})` : `(${joined})`, values };
}

function regex(pattern: string): string {
  try {
    return new RegExp(pattern, 'iu').source;
  } catch {
    throw invalidQuery('The regular expression is not valid.');
  }
}

function single(method: string, values: Cell[]): Cell {
  if (values.length !== 1) throw invalidQuery(`${capital(method)} queries require exactly one value.`);
  return values[0] ?? null;
}

function marks(values: unknown[]): string {
  return values.map(() => '?').join(', ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function uncapital(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
