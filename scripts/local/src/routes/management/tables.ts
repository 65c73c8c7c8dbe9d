import { bodyOrQueryParameter, type Call, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError, errorWithId } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { booleanParameter, idParameter, permissionsParameter, textParameter } from './fields.ts';
import { listing } from './listing.ts';
import { type Naming, refuseDeclared, requireDatabase, requireTable, scopesOf, showTable } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock'>;

export function databaseRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = naming.databases;
  const one = `${all}/:databaseId`;
  const read = ['databases.read'];
  const write = ['databases.write'];
  const list = (call: Call) => listing(call, definitions.list('database'), { name: 'databases', attributes: ['name'] });
  const get = (call: Call) => ({ status: 200, body: requireDatabase(definitions, call) });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => createDatabase(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'PUT', path: one, scopes: write, handle: (call) => updateDatabase(parts, call) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => removeDatabase(parts, call) },
  ];
}

function createDatabase({ management, clock }: Parts, call: Call): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const $id = idParameter(call, 'databaseId', clock.now());
  if (definitions.find('database', $id)) throw errorWithId('database_already_exists', $id);
  const name = textParameter(call, 'name', { max: 128 });
  const enabled = booleanParameter(call, 'enabled', true);
  const body = definitions.create('database', $id, { $id, name, enabled, type: 'tablesdb' });
  catalogue.database($id);
  return { status: 201, body };
}

function updateDatabase({ management: { definitions } }: Parts, call: Call): Reply {
  refuseDeclared(definitions);
  const old = requireDatabase(definitions, call);
  const name = textParameter(call, 'name', { fallback: String(old.name), max: 128 });
  const enabled = booleanParameter(call, 'enabled', true);
  return { status: 200, body: definitions.change('database', old.$id, { name, enabled }) };
}

function removeDatabase({ management }: Parts, call: Call): Reply {
  refuseDeclared(management.definitions);
  const { $id } = requireDatabase(management.definitions, call);
  for (const table of management.definitions.list('table', $id)) remove(management, table);
  management.definitions.remove('database', param(call, 'databaseId'));
  management.catalogue.database($id);
  return { status: 204 };
}

export function tableRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = `${naming.databases}/:databaseId/${naming.tables}`;
  const one = `${all}/:tableId`;
  const read = scopesOf(naming, 'read');
  const write = scopesOf(naming, 'write');
  const show = (table: Definition) => showTable(definitions, table, naming);
  const list = (call: Call) => {
    const { $id } = requireDatabase(definitions, call);
    const attributes = ['name', 'enabled', naming.rowSecurity];
    return listing(call, definitions.list('table', $id), { name: naming.tables, show, attributes });
  };
  const get = (call: Call) => ({ status: 200, body: show(requireTable(definitions, call, naming)) });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => createTable(parts, call, naming) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'PUT', path: one, scopes: write, handle: (call) => updateTable(parts, call, naming) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => removeTable(parts, call, naming) },
  ];
}

function createTable({ management, clock }: Parts, call: Call, naming: Naming): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const database = requireDatabase(definitions, call);
  const $id = idParameter(call, `${naming.table}Id`, clock.now());
  const path = `${database.$id}/${$id}`;
  if (definitions.find('table', path)) throw errorWithId(`${naming.table}_already_exists`, $id);
  if (bodyOrQueryParameter(call, naming.columns) !== undefined || bodyOrQueryParameter(call, 'indexes') !== undefined) {
    throw new ApiError(
      'general_not_implemented_locally',
      'The local Appwrite creates columns and indexes in separate calls only.',
    );
  }
  const table = definitions.create('table', path, {
    $id,
    databaseId: database.$id,
    name: textParameter(call, 'name', { max: 128 }),
    enabled: booleanParameter(call, 'enabled', true),
    rowSecurity: booleanParameter(call, naming.rowSecurity, false),
    $permissions: permissionsParameter(call, []),
  });
  catalogue.table(database.$id, $id);
  return { status: 201, body: showTable(definitions, table, naming) };
}

/** Name and permissions that are not sent keep their values; `enabled` and `rowSecurity` get their defaults. */
function updateTable({ management }: Parts, call: Call, naming: Naming): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const old = requireTable(definitions, call, naming);
  const table = definitions.change('table', `${old.databaseId}/${old.$id}`, {
    name: bodyOrQueryParameter(call, 'name') === undefined ? old.name : textParameter(call, 'name', { max: 128 }),
    enabled: booleanParameter(call, 'enabled', true),
    rowSecurity: booleanParameter(call, naming.rowSecurity, false),
    $permissions: permissionsParameter(call, old.$permissions),
  });
  catalogue.table(String(old.databaseId), old.$id);
  return { status: 200, body: showTable(definitions, table, naming) };
}

function removeTable({ management }: Parts, call: Call, naming: Naming): Reply {
  refuseDeclared(management.definitions);
  remove(management, requireTable(management.definitions, call, naming));
  return { status: 204 };
}

/** Removes a table with its columns, indexes and rows. Sends no events for the rows. */
function remove({ definitions, catalogue }: Parts['management'], { databaseId, $id }: Definition): void {
  const path = `${databaseId}/${$id}`;
  definitions.remove('table', path);
  definitions.removeBelow('column', path);
  definitions.removeBelow('index', path);
  catalogue.table(String(databaseId), $id);
}
