import { type Call, input, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError, invalidParam, missing } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { columnFields, columnKinds } from './column-kinds.ts';
import { rowBytes, widthOf } from './limits.ts';
import { listing } from './listing.ts';
import { columnProblem, type Naming, refuseDeclared, requireTable, scopesOf, showColumn } from './naming.ts';

type Parts = Pick<Platform, 'management'>;

export function columnRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = `${naming.databases}/:databaseId/${naming.tables}/:tableId/${naming.columns}`;
  const read = scopesOf(naming, 'read');
  const write = scopesOf(naming, 'write');
  const list = (call: Call) => {
    const found = definitions.list('column', pathOf(requireTable(definitions, call, naming)));
    return listing(call, found, { name: naming.columns, show: showColumn });
  };
  const get = (call: Call) => ({ status: 200, body: showColumn(requireColumn(parts, call, naming)) });
  const ofKinds = Object.keys(columnKinds).flatMap((kind): Route[] => [
    { method: 'POST', path: `${all}/${kind}`, scopes: write, handle: (call) => create(parts, call, { naming, kind }) },
    {
      method: 'PATCH',
      path: `${all}/${kind}/:key`,
      scopes: write,
      handle: (call) => update(parts, call, { naming, kind }),
    },
  ]);
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'GET', path: `${all}/:key`, scopes: read, handle: get },
    { method: 'DELETE', path: `${all}/:key`, scopes: write, handle: (call) => remove(parts, call, naming) },
    ...ofKinds,
  ];
}

type As = { naming: Naming; kind: string };

function create({ management }: Parts, call: Call, { naming, kind }: As): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const table = requireTable(definitions, call, naming);
  const key = input(call, 'key');
  if (typeof key !== 'string' || !/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}$/.test(key)) {
    throw invalidParam('key', 'Parameter must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, and underscore');
  }
  const path = `${pathOf(table)}/${key}`;
  const taken = definitions
    .list('column', pathOf(table))
    .some((one) => String(one.key).toLowerCase() === key.toLowerCase());
  if (taken) throw missing(columnProblem(naming, 'already_exists'), key);
  const fields = columnFields(call, kind, { naming });
  if (widthOf([...definitions.list('column', pathOf(table)), fields]) > rowBytes) {
    throw missing(columnProblem(naming, 'limit_exceeded'), table.$id);
  }
  const place = { databaseId: table.databaseId, tableId: table.$id };
  const column = { $id: key, key, status: 'processing', error: '', ...place, ...fields };
  const body = showColumn(definitions.create('column', path, column));
  management.later(() => {
    if (!definitions.find('column', path)) return;
    definitions.change('column', path, { status: 'available' });
    catalogue.table(String(table.databaseId), table.$id);
  });
  return { status: 202, body };
}

function update({ management }: Parts, call: Call, { naming, kind }: As): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const old = requireColumn({ management }, call, naming);
  if (old.status !== 'available') throw missing(columnProblem(naming, 'not_available'), String(old.key));
  const fields = columnFields(call, kind, { naming, old });
  if (fields.type !== old.type) throw new ApiError(columnProblem(naming, 'type_invalid'));
  if (Number(fields.size) < Number(old.size) && catalogue.longest(old) > Number(fields.size)) {
    throw new ApiError(columnProblem(naming, 'invalid_resize'));
  }
  const column = definitions.change('column', `${old.databaseId}/${old.tableId}/${old.key}`, fields);
  catalogue.table(String(old.databaseId), String(old.tableId));
  return { status: 200, body: showColumn(column) };
}

function remove({ management }: Parts, call: Call, naming: Naming): Reply {
  refuseDeclared(management.definitions);
  const column = requireColumn({ management }, call, naming);
  management.catalogue.dropColumn(String(column.databaseId), String(column.tableId), String(column.key));
  return { status: 204 };
}

function requireColumn({ management: { definitions } }: Parts, call: Call, naming: Naming): Definition {
  const table = requireTable(definitions, call, naming);
  const key = param(call, 'key');
  const column = definitions.find('column', `${pathOf(table)}/${key}`);
  if (!column) throw missing(columnProblem(naming, 'not_found'), key);
  return column;
}

function pathOf(table: Definition): string {
  return `${table.databaseId}/${table.$id}`;
}
