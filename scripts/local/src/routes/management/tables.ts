import { type Call, input, type Reply, type Route } from '../../http/call.ts';
import { missing } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import { removeTable } from './databases.ts';
import { givenBoolean, givenId, givenPermissions, givenText } from './fields.ts';
import { listing } from './listing.ts';
import { type Naming, refuseDeclared, requireDatabase, requireTable, scopesOf, showTable } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock'>;

export function tableRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = `${naming.databases}/:databaseId/${naming.tables}`;
  const one = `${all}/:tableId`;
  const read = scopesOf(naming, 'read');
  const write = scopesOf(naming, 'write');
  const get = (call: Call) => ({
    status: 200,
    body: showTable(definitions, requireTable(definitions, call, naming), naming),
  });
  return [
    { method: 'GET', path: all, scopes: read, handle: (call) => list(parts, call, naming) },
    { method: 'POST', path: all, scopes: write, handle: (call) => create(parts, call, naming) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'PUT', path: one, scopes: write, handle: (call) => update(parts, call, naming) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call, naming) },
  ];
}

function list({ management: { definitions } }: Parts, call: Call, naming: Naming): Reply {
  const { $id } = requireDatabase(definitions, call);
  const show = (table: Parameters<typeof showTable>[1]) => showTable(definitions, table, naming);
  return listing(call, definitions.list('table', $id), { name: naming.tables, show });
}

function create({ management, clock }: Parts, call: Call, naming: Naming): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const database = requireDatabase(definitions, call);
  const $id = givenId(call, `${naming.table}Id`, clock.now());
  const path = `${database.$id}/${$id}`;
  if (definitions.find('table', path)) throw missing(`${naming.table}_already_exists`, $id);
  const table = definitions.create('table', path, {
    $id,
    databaseId: database.$id,
    name: givenText(call, 'name', { max: 128 }),
    enabled: givenBoolean(call, 'enabled', true),
    rowSecurity: givenBoolean(call, naming.rowSecurity, false),
    $permissions: givenPermissions(call, []),
  });
  catalogue.table(database.$id, $id);
  return { status: 201, body: showTable(definitions, table, naming) };
}

/** What is not sent falls back: permissions and name to the old ones, the switches to their defaults. */
function update({ management }: Parts, call: Call, naming: Naming): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const old = requireTable(definitions, call, naming);
  const table = definitions.change('table', `${old.databaseId}/${old.$id}`, {
    name: input(call, 'name') === undefined ? old.name : givenText(call, 'name', { max: 128 }),
    enabled: givenBoolean(call, 'enabled', true),
    rowSecurity: givenBoolean(call, naming.rowSecurity, false),
    $permissions: givenPermissions(call, old.$permissions),
  });
  catalogue.table(String(old.databaseId), old.$id);
  return { status: 200, body: showTable(definitions, table, naming) };
}

function remove({ management }: Parts, call: Call, naming: Naming): Reply {
  refuseDeclared(management.definitions);
  removeTable(management, requireTable(management.definitions, call, naming));
  return { status: 204 };
}
