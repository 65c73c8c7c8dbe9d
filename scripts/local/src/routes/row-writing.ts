import { readPermissions, requireGrant } from '../access/permissions.ts';
import { createEvent, rowEvent } from '../events/names.ts';
import { type Call, type Fields, input, isFields, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam, missing } from '../http/errors.ts';
import { idRule, isCustomId, resolveId } from '../ids.ts';
import type { Platform } from '../platform.ts';
import type { Table } from '../project/types.ts';
import { type Dialect, findTable, show, spoken } from '../rows/dialect.ts';
import { refuseOperators } from '../rows/operators.ts';
import type { Row } from '../rows/types.ts';
import { withoutReadonly } from '../rows/writer.ts';
import { bulkCreate } from './row-bulk.ts';
import { requireRowGrant } from './row-reading.ts';
import { stageSingle, transactionOf } from './staging.ts';

export type RowParts = Pick<Platform, 'project' | 'rows' | 'writer' | 'transactions' | 'events' | 'clock' | 'database'>;

export function rowWritingRoutes(parts: RowParts, dialect: Dialect): Route[] {
  const scopes = [`${dialect.scope}.write`, 'rows.write', 'documents.write'];
  const one = `${dialect.base}/:rowId`;
  return [
    { method: 'POST', path: dialect.base, scopes, handle: (call) => createRow(parts, dialect, call) },
    { method: 'PATCH', path: one, scopes, handle: (call) => updateRow(parts, dialect, call) },
    { method: 'PUT', path: one, scopes, handle: (call) => upsertRow(parts, dialect, call) },
    { method: 'DELETE', path: one, scopes, handle: (call) => deleteRow(parts, dialect, call) },
  ];
}

function createRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const data = readData(call);
  const list = call.body[dialect.items];
  const many = Array.isArray(list) && list.length > 0;
  if (!data && !many) throw new ApiError(`${dialect.item}_missing_data`);
  if (data && many)
    throw new ApiError(
      'general_bad_request',
      `You can only send one of the following parameters: data, ${dialect.items}`,
    );
  if (many || !data) return bulkCreate(parts, dialect, call);
  const id = call.body[`${dialect.item}Id`];
  if (!id)
    throw new ApiError(
      `${dialect.item}_missing_data`,
      `${dialect.item} ID is required when creating a single ${dialect.item}.`,
    );
  if (id !== 'unique()' && !isCustomId(id)) throw invalidParam(`${dialect.item}Id`, idRule);
  const table = findTable(parts.project, call.params, dialect);
  const permissions = readPermissions(call.caller, call.body.permissions) ?? [];
  const row = { ...writable(call, data), $id: resolveId(String(id), parts.clock.now()), $permissions: permissions };
  requireGrant(call.caller, 'create', table.permissions);
  if (transactionOf(call)) {
    return stageSingle(parts, dialect, {
      call,
      table,
      rowId: row.$id,
      action: 'create',
      data: row,
      status: 201,
      shown: row,
    });
  }
  const created = spoken(dialect, () => parts.writer.create(table, row));
  const after = () => parts.events.publish([createEvent({ table, row: created }, dialect)]);
  return { status: 201, body: show(table, created, dialect), after };
}

function updateRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const data = readData(call);
  const permissions = readPermissions(call.caller, input(call, 'permissions'));
  if (!data && !permissions) throw new ApiError(`${dialect.item}_missing_payload`);
  const table = findTable(parts.project, call.params, dialect);
  const id = param(call, 'rowId');
  const old = requireRow(parts, dialect, { call, table });
  requireRowGrant(call, table, { action: 'update', row: old });
  const change: Fields = { ...writable(call, data ?? {}), $id: id, $permissions: permissions ?? old.$permissions };
  if (transactionOf(call)) {
    return stageSingle(parts, dialect, {
      call,
      table,
      rowId: id,
      action: 'update',
      data: change,
      status: 200,
      shown: { ...old, ...change },
    });
  }
  const row = spoken(dialect, () => parts.writer.apply(table, old, { data: change, timestamp: guardOf(call) }));
  const after = () => parts.events.publish([rowEvent({ table, row, action: 'update' }, dialect)]);
  return { status: 200, body: show(table, row, dialect), after };
}

function upsertRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const data = readData(call);
  const permissions = readPermissions(call.caller, input(call, 'permissions'));
  if (!data && !permissions) throw new ApiError(`${dialect.item}_missing_payload`);
  const id = param(call, 'rowId');
  if (!isCustomId(id)) throw invalidParam(`${dialect.item}Id`, idRule);
  const table = findTable(parts.project, call.params, dialect);
  const old = parts.rows.find(table, id);
  if (old) requireRowGrant(call, table, { action: 'update', row: old });
  else requireGrant(call.caller, 'create', table.permissions);
  const row = { ...writable(call, data ?? {}), $id: id, $permissions: permissions ?? old?.$permissions ?? [] };
  if (transactionOf(call)) {
    return stageSingle(parts, dialect, {
      call,
      table,
      rowId: id,
      action: 'upsert',
      data: row,
      status: 201,
      shown: row,
    });
  }
  const written = spoken(dialect, () => parts.writer.upsert(table, row));
  const after = () => parts.events.publish([rowEvent({ table, row: written, action: 'upsert' }, dialect)]);
  return { status: 200, body: show(table, written, dialect), after };
}

function deleteRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const table = findTable(parts.project, call.params, dialect);
  const id = param(call, 'rowId');
  const old = requireRow(parts, dialect, { call, table });
  requireRowGrant(call, table, { action: 'delete', row: old });
  if (transactionOf(call)) {
    stageSingle(parts, dialect, { call, table, rowId: id, action: 'delete', data: {}, status: 204, shown: {} });
    return { status: 204 };
  }
  const row = spoken(dialect, () => parts.writer.remove(table, id, { timestamp: guardOf(call) }));
  return { status: 204, after: () => parts.events.publish([rowEvent({ table, row, action: 'delete' }, dialect)]) };
}

/** The row as it is, or as this call's transaction has left it. */
function requireRow(parts: RowParts, dialect: Dialect, { call, table }: { call: Call; table: Table }): Row {
  const id = param(call, 'rowId');
  const transactionId = transactionOf(call);
  const read = () => parts.rows.find(table, id);
  const row = transactionId ? parts.transactions.within(transactionId, read) : read();
  if (!row) throw missing(`${dialect.item}_not_found`, id);
  return row;
}

function readData(call: Call): Fields | undefined {
  const value = input(call, 'data');
  const data = typeof value === 'string' ? parse(value) : value;
  if (!isFields(data) || Object.keys(data).length === 0) return undefined;
  refuseOperators(data);
  return data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only keys may set dates. */
function writable(call: Call, data: Fields): Fields {
  const rest = withoutReadonly(data);
  if (call.caller.kind === 'key') return rest;
  const { $createdAt, $updatedAt, ...others } = rest;
  return others;
}

function guardOf({ headers }: Call): number | undefined {
  const value = headers['x-appwrite-timestamp'];
  if (typeof value !== 'string' || value === '') return undefined;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw invalidParam('X-Appwrite-Timestamp', 'Value must be a valid date');
  return time;
}
