import { readPermissions } from '../access/permissions.ts';
import { bulkEvents, toldAtMost } from '../events/names.ts';
import { type Call, type Fields, input, isFields, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import { idRule, isCustomId, resolveId } from '../ids.ts';
import type { Table } from '../project/types.ts';
import { type Dialect, findTable, show, spoken } from '../rows/dialect.ts';
import { refuseOperators } from '../rows/operators.ts';
import { makePlan } from '../rows/plan.ts';
import { parseQueries } from '../rows/query.ts';
import type { Row } from '../rows/types.ts';
import { withoutReadonly } from '../rows/writer.ts';
import type { RowParts } from './row-writing.ts';
import { stageBulk, transactionOf } from './staging.ts';

const largest = 100;

export function rowBulkRoutes(parts: RowParts, dialect: Dialect): Route[] {
  const scopes = [`${dialect.scope}.write`, 'rows.write', 'documents.write'];
  return [
    { method: 'PUT', path: dialect.base, scopes, handle: (call) => bulkUpsert(parts, dialect, call) },
    { method: 'PATCH', path: dialect.base, scopes, handle: (call) => bulkUpdate(parts, dialect, call) },
    { method: 'DELETE', path: dialect.base, scopes, handle: (call) => bulkDelete(parts, dialect, call) },
  ];
}

export function bulkCreate(parts: RowParts, dialect: Dialect, call: Call): Reply {
  requireKey(call);
  const table = findTable(parts.project, call.params, dialect);
  const data = readRows(call, dialect).map((row) => prepared(parts, call, row));
  if (transactionOf(call))
    return { ...stageBulk(parts, dialect, { call, table, action: 'bulkCreate', data }), status: 201 };
  const rows = writeAll(parts, dialect, () => data.map((row) => parts.writer.create(table, row)));
  return answer(parts, dialect, { status: 201, table, rows, action: 'create' });
}

function bulkUpsert(parts: RowParts, dialect: Dialect, call: Call): Reply {
  requireKey(call);
  const table = findTable(parts.project, call.params, dialect);
  const data = readRows(call, dialect).map((row) => prepared(parts, call, row));
  if (transactionOf(call)) return stageBulk(parts, dialect, { call, table, action: 'bulkUpsert', data });
  const rows = writeAll(parts, dialect, () => data.map((row) => parts.writer.upsert(table, row)));
  return answer(parts, dialect, { status: 200, table, rows, action: 'upsert' });
}

/** Finds first and writes afterwards, row by row: no guard, no promise that the row still matches. */
function bulkUpdate(parts: RowParts, dialect: Dialect, call: Call): Reply {
  requireKey(call);
  const data = input(call, 'data');
  if (!isFields(data) || Object.keys(data).length === 0) throw new ApiError(`${dialect.item}_missing_payload`);
  refuseOperators(data);
  const table = findTable(parts.project, call.params, dialect);
  const change = withoutReadonly(data);
  if (change.$permissions !== undefined) change.$permissions = readPermissions(call.caller, change.$permissions);
  const queries = input(call, 'queries') ?? [];
  const matching = findMatching(parts, table, queries);
  if (transactionOf(call)) {
    return stageBulk(parts, dialect, { call, table, action: 'bulkUpdate', data: { data: change, queries } });
  }
  const rows = writeAll(parts, dialect, () => matching.map((row) => parts.writer.apply(table, row, { data: change })));
  return answer(parts, dialect, { status: 200, table, rows, action: 'update' });
}

function bulkDelete(parts: RowParts, dialect: Dialect, call: Call): Reply {
  requireKey(call);
  const table = findTable(parts.project, call.params, dialect);
  const queries = input(call, 'queries') ?? [];
  const matching = findMatching(parts, table, queries);
  if (transactionOf(call)) return stageBulk(parts, dialect, { call, table, action: 'bulkDelete', data: { queries } });
  const rows = writeAll(parts, dialect, () => matching.map((row) => parts.writer.remove(table, row.$id)));
  return answer(parts, dialect, { status: 200, table, rows, action: 'delete' });
}

function requireKey({ caller }: Call): void {
  if (caller.kind !== 'key') throw new ApiError('general_unauthorized_scope');
}

function readRows(call: Call, dialect: Dialect): Fields[] {
  const list = call.body[dialect.items];
  if (!Array.isArray(list) || list.length > largest) {
    throw invalidParam(
      dialect.items,
      `Value must a valid array no longer than ${largest} items and Value must be a valid JSON object`,
    );
  }
  return list.filter(isFields);
}

function prepared({ clock }: RowParts, call: Call, row: Fields): Fields & { $id: string } {
  const id = row.$id ?? 'unique()';
  if (id !== 'unique()' && !isCustomId(id)) throw new ApiError('general_bad_request', idRule);
  const permissions = readPermissions(call.caller, row.$permissions);
  return {
    ...withoutReadonly(row),
    $id: resolveId(String(id), clock.now()),
    ...(permissions ? { $permissions: permissions } : {}),
  };
}

/** Every matching row: bulk calls know no default limit. */
function findMatching({ rows }: RowParts, table: Table, input: unknown): Row[] {
  const queries = parseQueries(input);
  const plan = makePlan(table, queries);
  if (!queries.some((query) => query.method === 'limit')) plan.limit = -1;
  return rows.list(table, plan);
}

function writeAll(parts: RowParts, dialect: Dialect, write: () => Row[]): Row[] {
  return spoken(dialect, () => parts.database.atomically(write));
}

type Done = { status: number; table: Table; rows: Row[]; action: string };

function answer({ events }: RowParts, dialect: Dialect, { status, table, rows, action }: Done): Reply {
  const shown = action === 'create' || action === 'upsert' ? rows : rows.slice(0, toldAtMost);
  return {
    status,
    body: { total: rows.length, [dialect.items]: shown.map((row) => show(table, row, dialect)) },
    after: () => events.publish(bulkEvents(table, rows, { action, dialect })),
  };
}
