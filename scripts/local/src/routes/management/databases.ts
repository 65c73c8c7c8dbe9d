import { type Call, param, type Reply, type Route } from '../../http/call.ts';
import { missing } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { givenBoolean, givenId, givenText } from './fields.ts';
import { listing } from './listing.ts';
import { type Naming, refuseDeclared, requireDatabase } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock'>;

export function databaseRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = naming.databases;
  const one = `${all}/:databaseId`;
  const read = ['databases.read'];
  const write = ['databases.write'];
  const list = (call: Call) => listing(call, definitions.list('database'), { name: 'databases' });
  const get = (call: Call) => ({ status: 200, body: requireDatabase(definitions, call) });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'PUT', path: one, scopes: write, handle: (call) => update(parts, call) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call) },
  ];
}

function create({ management, clock }: Parts, call: Call): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const $id = givenId(call, 'databaseId', clock.now());
  if (definitions.find('database', $id)) throw missing('database_already_exists', $id);
  const name = givenText(call, 'name', { max: 128 });
  const enabled = givenBoolean(call, 'enabled', true);
  const body = definitions.create('database', $id, { $id, name, enabled, type: 'tablesdb', status: 'ready' });
  catalogue.database($id);
  return { status: 201, body };
}

function update({ management: { definitions } }: Parts, call: Call): Reply {
  refuseDeclared(definitions);
  const old = requireDatabase(definitions, call);
  const name = givenText(call, 'name', { fallback: String(old.name), max: 128 });
  const enabled = givenBoolean(call, 'enabled', true);
  return { status: 200, body: definitions.change('database', old.$id, { name, enabled }) };
}

function remove({ management }: Parts, call: Call): Reply {
  refuseDeclared(management.definitions);
  const { $id } = requireDatabase(management.definitions, call);
  for (const table of management.definitions.list('table', $id)) removeTable(management, table);
  management.definitions.remove('database', param(call, 'databaseId'));
  management.catalogue.database($id);
  return { status: 204 };
}

/** Table, columns, indexes and rows: nobody is told of the rows. */
export function removeTable({ definitions, catalogue }: Parts['management'], { databaseId, $id }: Definition): void {
  const path = `${databaseId}/${$id}`;
  definitions.remove('table', path);
  definitions.removeBelow('column', path);
  definitions.removeBelow('index', path);
  catalogue.table(String(databaseId), $id);
}
