/**
 * The SQL of a list in Appwrite 1.9, called with a key and without shared tables: utopia-php/database, Adapter/SQL.php
 * find() and count().
 */

export type Dialect = 'mariadb' | 'postgresql';
type Query = { method: string; attribute?: string; values?: unknown[] };

export type Listing = { tableId: string; queries: readonly string[] };
export type Statements = {
  list: string;
  /** Counts the rows; it is sent as well when the total is wanted. */
  count: string;
};

const INTERNAL: Readonly<Record<string, string>> = {
  $id: '_uid',
  $sequence: '_id',
  $createdAt: '_createdAt',
  $updatedAt: '_updatedAt',
  $permissions: '_permissions',
};
const ALWAYS = ['_uid', '_id', '_createdAt', '_updatedAt', '_permissions'];
const COUNT_CAP = 5_000;

const OPERATORS: Readonly<Record<string, string>> = {
  equal: '=',
  notEqual: '!=',
  lessThan: '<',
  lessThanEqual: '<=',
  greaterThan: '>',
  greaterThanEqual: '>=',
};

export const quote = (dialect: Dialect, name: string) => (dialect === 'mariadb' ? `\`${name}\`` : `"${name}"`);
export const columnName = (key: string) => INTERNAL[key] ?? key;

function literal(dialect: Dialect, value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return dialect === 'mariadb' ? String(Number(value)) : String(value);
  const text = String(value);
  if (!/^[\w :.+-]*$/.test(text)) throw new Error(`a value that this bench does not escape: ${text}`);
  return `'${text}'`;
}

function condition(dialect: Dialect, { method, attribute = '', values = [] }: Query): string {
  if (method === 'and' || method === 'or') return joined(dialect, values as Query[], method);
  const column = `main.${quote(dialect, columnName(attribute))}`;
  const operator = OPERATORS[method];
  if (operator) return `(${values.map((value) => `${column} ${operator} ${literal(dialect, value)}`).join(' OR ')})`;
  if (method === 'between') {
    return `${column} BETWEEN ${literal(dialect, values[0])} AND ${literal(dialect, values[1])}`;
  }
  if (method === 'isNull') return `${column} IS NULL`;
  throw new Error(`this bench does not know the query method ${method}`);
}

function joined(dialect: Dialect, queries: readonly Query[], separator: string): string {
  return `(${queries.map((query) => condition(dialect, query)).join(` ${separator.toUpperCase()} `)})`;
}

const ORDERS = ['orderAsc', 'orderDesc'];
const NO_FILTERS = [...ORDERS, 'limit', 'offset', 'select'];

function orderOf(dialect: Dialect, queries: readonly Query[]): string {
  const orders = queries.filter(({ method }) => ORDERS.includes(method));
  const isUnique = orders.some(({ attribute }) => attribute === '$id' || attribute === '$sequence');
  const tieBreak: Query = { method: 'orderAsc', attribute: '$sequence' };
  return [...orders, ...(isUnique ? [] : [tieBreak])]
    .map(({ method, attribute = '' }) => {
      return `${quote(dialect, columnName(attribute))} ${method === 'orderAsc' ? 'ASC' : 'DESC'}`;
    })
    .join(', ');
}

/** The statements of one list call. Throws for a query method that no list of the product uses. */
export function statementsOf(dialect: Dialect, { tableId, queries }: Listing): Statements {
  const parsed = queries.map((query): Query => JSON.parse(query));
  const valuesOf = (method: string) => parsed.find((query) => query.method === method)?.values;
  const filters = parsed.filter(({ method }) => !NO_FILTERS.includes(method));
  const selected = (valuesOf('select') ?? []).map((key) => columnName(String(key)));
  const columns = [...new Set([...selected, ...ALWAYS])].map((name) => `main.${quote(dialect, name)}`);
  const from = `FROM ${quote(dialect, tableId)} AS main${filters.length > 0 ? ` WHERE ${joined(dialect, filters, 'and')}` : ''}`;
  const limit = Number(valuesOf('limit')?.[0] ?? 25);
  const offset = Number(valuesOf('offset')?.[0] ?? 0);
  return {
    list: `SELECT ${columns.join(', ')} ${from} ORDER BY ${orderOf(dialect, parsed)} LIMIT ${limit} OFFSET ${offset}`,
    count: `SELECT COUNT(1) AS sum FROM (SELECT 1 ${from} LIMIT ${COUNT_CAP}) table_count`,
  };
}
