import { type Call, input, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError, type ErrorType, invalidParam, missing } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { systemColumns } from '../../rows/types.ts';
import { givenTexts } from './fields.ts';
import { indexLength, keyLength } from './limits.ts';
import { listing } from './listing.ts';
import { columnProblem, type Naming, refuseDeclared, requireTable, scopesOf, showIndex } from './naming.ts';

type Parts = Pick<Platform, 'management'>;

const mostIndexes = 61;

export function indexRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = `${naming.databases}/:databaseId/${naming.tables}/:tableId/indexes`;
  const read = [...scopesOf(naming, 'read'), 'indexes.read'];
  const write = [...scopesOf(naming, 'write'), 'indexes.write'];
  const show = (index: Definition) => showIndex(index, naming);
  const list = (call: Call) => {
    const { databaseId, $id } = requireTable(definitions, call, naming);
    return listing(call, definitions.list('index', `${databaseId}/${$id}`), { name: 'indexes', show });
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
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const { databaseId, $id: tableId } = requireTable(definitions, call, naming);
  const path = `${databaseId}/${tableId}`;
  const key = String(input(call, 'key') ?? '');
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}$/.test(key)) throw invalidParam('key', 'Parameter must be a valid key');
  if (definitions.find('index', `${path}/${key}`)) throw missing(indexProblem(naming, 'already_exists'), key);
  if (definitions.list('index', path).length >= mostIndexes) {
    throw missing(indexProblem(naming, 'limit_exceeded'), tableId);
  }
  const type = input(call, 'type');
  if (type !== 'key' && type !== 'unique' && type !== 'fulltext') {
    throw invalidParam('type', 'Value must be one of (key, fulltext, unique, spatial)');
  }
  const columns = givenTexts(call, naming.columns);
  checkColumns(definitions.list('column', path), columns, { naming, type });
  const orders = givenTexts(call, 'orders', []);
  const fields = {
    $id: key,
    key,
    type,
    status: 'processing',
    error: '',
    databaseId,
    tableId,
    columns,
    lengths: [],
    orders,
  };
  const index = definitions.create('index', `${path}/${key}`, fields);
  management.later(() => {
    if (!definitions.find('index', `${path}/${key}`)) return;
    definitions.change('index', `${path}/${key}`, { status: 'available' });
    try {
      catalogue.table(String(databaseId), tableId);
    } catch (error) {
      definitions.change('index', `${path}/${key}`, { status: 'failed', error: String(error) });
    }
  });
  return { status: 202, body: showIndex(index, naming) };
}

function checkColumns(known: Definition[], keys: string[], { naming, type }: { naming: Naming; type: string }): void {
  const columns = keys.map((key) => known.find((column) => column.key === key));
  for (const [at, column] of columns.entries()) {
    const key = keys[at] ?? '';
    if (!column) {
      if (systemColumns.some((system) => system.key === key && key !== '$sequence')) continue;
      throw missing(columnProblem(naming, 'unknown'), key);
    }
    if (column.status !== 'available') throw missing(columnProblem(naming, 'not_available'), key);
    if (column.array === true) {
      throw new ApiError('index_invalid', 'Creating indexes on array attributes is not currently supported.');
    }
  }
  if (type !== 'fulltext' && keyLength(columns) > indexLength) {
    throw new ApiError(indexProblem(naming, 'invalid'), `Index length is longer than the maximum: ${indexLength}`);
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
  if (!index) throw missing(indexProblem(naming, 'not_found'), key);
  return index;
}

function indexProblem(naming: Naming, end: string): ErrorType {
  return (naming.table === 'table' ? `column_index_${end}` : `index_${end}`) as ErrorType;
}
