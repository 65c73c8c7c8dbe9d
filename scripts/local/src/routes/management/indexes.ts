import { bodyOrQueryParameter, type Call, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError, type ErrorType, errorWithId, invalidParam } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { textsParameter } from './fields.ts';
import { indexLength, isTextual, keyLength, textSize } from './limits.ts';
import { listing } from './listing.ts';
import { columnProblem, type Naming, refuseDeclared, requireTable, scopesOf, showIndex } from './naming.ts';

type Parts = Pick<Platform, 'management'>;

const mostIndexes = 61;
const types = ['key', 'fulltext', 'unique', 'spatial'];
/** System columns that an index may contain; `$sequence` is not one of them (schema-194). */
const ownColumns = ['$id', '$createdAt', '$updatedAt'];

export function indexRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = `${naming.databases}/:databaseId/${naming.tables}/:tableId/indexes`;
  const read = [...scopesOf(naming, 'read'), 'indexes.read'];
  const write = [...scopesOf(naming, 'write'), 'indexes.write'];
  const show = (index: Definition) => showIndex(index, naming);
  const attributes = ['key', 'type', 'status', naming.columns, 'lengths', 'orders', 'error'];
  const list = (call: Call) => {
    const { databaseId, $id } = requireTable(definitions, call, naming);
    return listing(call, definitions.list('index', `${databaseId}/${$id}`), { name: 'indexes', show, attributes });
  };
  const get = (call: Call) => ({ status: 200, body: show(requireIndex(parts, call, naming)) });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => create(parts, call, naming) },
    { method: 'GET', path: `${all}/:key`, scopes: read, handle: get },
    { method: 'DELETE', path: `${all}/:key`, scopes: write, handle: (call) => remove(parts, call, naming) },
  ];
}

function create({ management }: Parts, call: Call, naming: Naming): Reply {
  const { definitions } = management;
  refuseDeclared(definitions);
  const { databaseId, $id: tableId } = requireTable(definitions, call, naming);
  const path = `${databaseId}/${tableId}`;
  const wanted = readIndex(call, naming);
  if (definitions.find('index', `${path}/${wanted.key}`)) {
    throw errorWithId(indexProblem(naming, 'already_exists'), wanted.key);
  }
  if (definitions.list('index', path).length >= mostIndexes) {
    throw errorWithId(indexProblem(naming, 'limit_exceeded'), tableId);
  }
  check(wanted, definitions.list('column', path), naming);
  const numbers = [definitions.numberOf('database', String(databaseId)), definitions.numberOf('table', path)];
  const index = definitions.create('index', `${path}/${wanted.key}`, {
    ...wanted,
    $id: `${numbers.join('_')}_${wanted.key}`,
    ...{ status: 'processing', error: '', databaseId, tableId },
    lengths: wanted.columns.map((_, at) => wanted.lengths[at] ?? 0),
  });
  management.make('index', index);
  return { status: 202, body: showIndex(index, naming) };
}

type Wanted = { key: string; type: string; columns: string[]; orders: string[]; lengths: number[] };

function readIndex(call: Call, naming: Naming): Wanted {
  const key = String(bodyOrQueryParameter(call, 'key') ?? '');
  if (!isKey(key)) throw invalidParam('key', 'Parameter must be a valid key');
  const type = String(bodyOrQueryParameter(call, 'type') ?? '');
  if (!types.includes(type)) throw invalidParam('type', `Value must be one of (${types.join(', ')})`);
  const columns = textsParameter(call, naming.columns);
  if (!columns.every((column) => isKey(column) || ownColumns.includes(column))) {
    throw invalidParam(naming.columns, 'Value must a valid array and Parameter must be a valid key');
  }
  const orders = textsParameter(call, 'orders', []);
  if (!orders.every((order) => /^(asc|desc)$/i.test(order))) {
    throw invalidParam('orders', 'Value must a valid array and Value must be one of (ASC, DESC)');
  }
  const lengths = bodyOrQueryParameter(call, 'lengths') ?? [];
  if (!Array.isArray(lengths) || !lengths.every((length) => length === null || Number.isInteger(length))) {
    throw invalidParam('lengths', 'Value must a valid array and Value must be a valid integer');
  }
  return { key, type, columns, orders, lengths: lengths.map(Number) };
}

function isKey(value: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}$/.test(value);
}

/** Throws for everything that Appwrite's index validator refuses. */
function check({ type, columns: keys, lengths }: Wanted, known: Definition[], naming: Naming): void {
  const invalid = (reason: string) => new ApiError(indexProblem(naming, 'invalid'), reason);
  if (keys.length === 0) throw invalid('No columns provided for the index');
  if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) throw invalid('Duplicate columns provided');
  const columns = keys.map((key) => known.find((column) => column.key === key));
  for (const [at, column] of columns.entries()) {
    const key = keys[at] ?? '';
    if (!column && !ownColumns.includes(key)) throw errorWithId(columnProblem(naming, 'unknown'), key);
    if (column && column.status !== 'available') throw errorWithId(columnProblem(naming, 'not_available'), key);
    if (column?.array === true) {
      throw new ApiError('index_invalid', 'Creating indexes on array attributes is not currently supported.');
    }
    if (type === 'fulltext' && !isTextual(column)) throw invalid(`Column "${key}" cannot be part of a fulltext index`);
    if (lengths[at] && !isTextual(column)) throw invalid(`Cannot set a length on column "${key}"`);
    if (Number(lengths[at]) > textSize(column ?? {})) throw invalid(`Index length of "${key}" is larger than its size`);
  }
  if (type === 'spatial') throw invalid('Spatial indexes can only be made over spatial columns');
  if (lengths.length > keys.length)
    throw invalid('Invalid index lengths. Count must be equal or less than the columns');
  if (type !== 'fulltext' && keyLength(columns, lengths) > indexLength) {
    throw invalid(`Index length is longer than the maximum: ${indexLength}`);
  }
}

function remove({ management }: Parts, call: Call, naming: Naming): Reply {
  refuseDeclared(management.definitions);
  const index = requireIndex({ management }, call, naming);
  management.catalogue.dropIndex(String(index.databaseId), String(index.tableId), String(index.key));
  return { status: 204 };
}

function requireIndex({ management: { definitions } }: Parts, call: Call, naming: Naming): Definition {
  const { databaseId, $id } = requireTable(definitions, call, naming);
  const key = param(call, 'key');
  const index = definitions.find('index', `${databaseId}/${$id}/${key}`);
  if (!index) throw errorWithId(indexProblem(naming, 'not_found'), key);
  return index;
}

function indexProblem(naming: Naming, end: string): ErrorType {
  return (naming.table === 'table' ? `column_index_${end}` : `index_${end}`) as ErrorType;
}
