import { arePermissions, opened } from '../access/permissions.ts';
import { bulkEvents, maxBulkEvents } from '../events/names.ts';
import type { Call, Fields, Reply, Route } from '../http/call.ts';
import { ApiError, errorWithId, invalidParam } from '../http/errors.ts';
import { fieldsOf, jsonList, parameter, rules } from '../http/parameters.ts';
import { idRule, isCustomId, resolveId } from '../ids.ts';
import type { Table } from '../project/types.ts';
import { type Dialect, findTable, show, withDialectErrors } from '../rows/dialect.ts';
import { refuseOperators } from '../rows/operators.ts';
import { type Plan, select } from '../rows/plan.ts';
import type { Row } from '../rows/types.ts';
import { withoutReadonly } from '../rows/writer.ts';
import { everyMatch } from '../transactions/commit.ts';
import { largestBatch, type RowParts, readData, transactionOf, writingRoute } from './row-call.ts';

export function rowBulkRoutes(parts: RowParts, dialect: Dialect): Route[] {
  return [
    writingRoute(parts, dialect, ['PUT', '', bulkUpsert]),
    writingRoute(parts, dialect, ['PATCH', '', bulkUpdate]),
    writingRoute(parts, dialect, ['DELETE', '', bulkDelete]),
  ];
}

/** Creates all rows of a call or none. The call's other parameters are checked already. */
export function bulkCreate(parts: RowParts, dialect: Dialect, call: Call): Reply {
  if (call.caller.kind !== 'key') throw new ApiError('general_unauthorized_scope');
  const table = findTable(parts.project, call, dialect);
  const data = readRows(call, dialect).map((row) => {
    const id = row.$id ?? 'unique()';
    if (id !== 'unique()' && !isCustomId(id)) throw new ApiError('general_bad_request', idRule);
    const $permissions = opened(checkedPermissions(row) ?? []);
    return { ...withoutReadonly(row), $id: resolveId(String(id), parts.clock.now()), $permissions };
  });
  if (transactionOf(call)) return stage(parts, dialect, { call, table, action: 'bulkCreate', data });
  const rows = withDialectErrors(dialect, () => parts.writer.createAll(table, data));
  return answer(parts, dialect, { status: 201, table, rows, action: 'create' });
}

/** Like Appwrite, checks neither ids nor the syntax of permissions. */
function bulkUpsert(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const list = parameter(call, dialect.items, jsonList(largestBatch));
  if (list === undefined) throw invalidParam(dialect.items, 'Value is required');
  const table = requireKeyAndTable(parts, dialect, call);
  const data = readRows(call, dialect).map(withoutReadonly);
  if (transactionOf(call)) return stage(parts, dialect, { call, table, action: 'bulkUpsert', data });
  for (const row of data) refuseOperators(row);
  const upserted = withDialectErrors(dialect, () => parts.writer.upsertAll(table, data));
  return answer(parts, dialect, { status: 200, table, rows: upserted.map(({ row }) => row), action: 'upsert' });
}

/** Changes all rows that match, without a guard. On a real Appwrite a row may no longer match when it is written. */
function bulkUpdate(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const data = readData(call);
  const queries = parameter(call, 'queries', rules.list) ?? [];
  if (!data) throw new ApiError(`${dialect.item}_missing_payload`);
  refuseOperators(data);
  const table = requireKeyAndTable(parts, dialect, call);
  checkedPermissions(data);
  const plan = everyMatch(table, queries);
  const change = withoutReadonly(data);
  if (transactionOf(call))
    return stage(parts, dialect, { call, table, action: 'bulkUpdate', data: { data: change, queries } });
  refuseCursor(plan);
  const rows = withDialectErrors(dialect, () => parts.writer.updateAll(table, plan, { data: change }));
  return answer(parts, dialect, { status: 200, table, rows, action: 'update' });
}

function bulkDelete(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const queries = parameter(call, 'queries', rules.list) ?? [];
  const table = requireKeyAndTable(parts, dialect, call);
  const plan = everyMatch(table, queries);
  if (transactionOf(call)) return stage(parts, dialect, { call, table, action: 'bulkDelete', data: { queries } });
  refuseCursor(plan);
  const matching = parts.rows.list(table, plan);
  const remove = () => matching.map((row) => parts.writer.remove(table, row.$id));
  const rows = withDialectErrors(dialect, () => parts.database.atomically(remove));
  return answer(parts, dialect, { status: 200, table, rows: rows.map((row) => select(plan, row)), action: 'delete' });
}

/** Guests get `database_not_found` here. */
function requireKeyAndTable({ project }: RowParts, dialect: Dialect, call: Call): Table {
  if (call.caller.kind !== 'key') throw errorWithId('database_not_found', call.params.databaseId ?? '');
  return findTable(project, call, dialect);
}

function readRows(call: Call, dialect: Dialect): Fields[] {
  const list = call.body[dialect.items];
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}

function checkedPermissions({ $permissions }: Fields): string[] | undefined {
  if ($permissions === undefined || $permissions === null) return undefined;
  if (arePermissions($permissions)) return $permissions;
  throw new ApiError('general_bad_request', 'Permissions must be an array of permission strings.');
}

/** Throws 500 for a cursor: Appwrite does not resolve its id here, and PHP fails on the text. */
function refuseCursor({ cursor }: Plan): void {
  if (cursor) throw new ApiError('general_unknown', 'Server Error');
}

type Staging = { call: Call; table: Table; action: string; data: unknown };

/** Stages a bulk operation. The total in the answer counts only rows that the call contains. */
function stage({ transactions }: RowParts, dialect: Dialect, { call, table, action, data }: Staging): Reply {
  const operation = { action, databaseId: table.databaseId, tableId: table.id, rowId: null, data };
  transactions.stage(transactionOf(call) ?? '', [operation], { caller: call.caller, stagingCall: 'bulk' });
  return { status: 200, body: { total: Array.isArray(data) ? data.length : 0, [dialect.items]: [] } };
}

type Done = { status: number; table: Table; rows: Row[]; action: string };

function answer({ events }: RowParts, dialect: Dialect, { status, table, rows, action }: Done): Reply {
  const shown = rows.slice(0, maxBulkEvents).map((row) => show(table, row, dialect));
  return {
    status,
    body: { total: rows.length, [dialect.items]: shown },
    after: () => events.publish(bulkEvents(table, rows, { action, dialect })),
  };
}
