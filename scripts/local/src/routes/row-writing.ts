import { readPermissions, requireGrant } from '../access/permissions.ts';
import { createEvent, rowEvent } from '../events/names.ts';
import { type Call, type Fields, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, errorWithId } from '../http/errors.ts';
import { jsonList, parameter, rules } from '../http/parameters.ts';
import { resolveId } from '../ids.ts';
import type { Table } from '../project/types.ts';
import { type Dialect, findTable, show, withDialectErrors } from '../rows/dialect.ts';
import { applyOperators, refuseOperators } from '../rows/operators.ts';
import type { Row } from '../rows/types.ts';
import { withoutReadonly } from '../rows/writer.ts';
import { columnKey, readStep } from '../transactions/operation.ts';
import type { StagingCall } from '../transactions/transactions.ts';
import { bulkCreate } from './row-bulk.ts';
import {
  largestBatch,
  type RowParts,
  readChange,
  readData,
  readTimestamp,
  transactionOf,
  writingRoute,
} from './row-call.ts';

export function rowWritingRoutes(parts: RowParts, dialect: Dialect): Route[] {
  return [
    writingRoute(parts, dialect, ['POST', '', createRow]),
    writingRoute(parts, dialect, ['PATCH', '/:rowId', updateRow]),
    writingRoute(parts, dialect, ['PUT', '/:rowId', upsertRow]),
    writingRoute(parts, dialect, ['DELETE', '/:rowId', deleteRow]),
    writingRoute(parts, dialect, ['PATCH', '/:rowId/:column/increment', incrementOrDecrement('increment')]),
    writingRoute(parts, dialect, ['PATCH', '/:rowId/:column/decrement', incrementOrDecrement('decrement')]),
  ];
}

function createRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const { item, items } = dialect;
  const wantedId = parameter(call, `${item}Id`, rules.newId);
  const data = readData(call);
  const permissions = readPermissions(call.caller, call.body.permissions);
  const list = parameter(call, items, jsonList(largestBatch));
  const many = Array.isArray(list) && list.length > 0;
  if (!data && !many) throw new ApiError(`${item}_missing_data`);
  if (data && many) refuse(`You can only send one of the following parameters: data, ${items}`);
  if (!data) {
    if (wantedId !== undefined) refuse(`Param "${item}Id" is not allowed when creating multiple ${items}`);
    if (permissions?.length) refuse(`Param "permissions" is disallowed when creating multiple ${items}`);
    return bulkCreate(parts, dialect, call);
  }
  if (wantedId === undefined) throw new ApiError(`${item}_missing_data`, `The ${item} ID is required.`);
  const table = findTable(parts.project, call, dialect);
  const rowId = wantedId === true ? '1' : resolveId(String(wantedId), parts.clock.now());
  const row = { ...writable(call, data), $id: rowId, $permissions: permissions ?? [] };
  requireGrant(call.caller, 'create', table.permissions);
  if (transactionOf(call))
    return stage(parts, dialect, { call, table, action: 'create', rowId, data: row, status: 201 });
  const created = withDialectErrors(dialect, () => parts.writer.create(table, row));
  const after = () => parts.events.publish([createEvent({ table, row: created }, dialect)]);
  return { status: 201, body: show(table, created, dialect), after };
}

function updateRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const { data, permissions, timestamp } = readChange(parts, dialect, call);
  const table = findTable(parts.project, call, dialect);
  const old = requireRow(parts, dialect, { call, table });
  const rowId = param(call, 'rowId');
  const change = { ...writable(call, data), $id: rowId, $permissions: permissions ?? old.$permissions };
  if (transactionOf(call))
    return stage(parts, dialect, { call, table, action: 'update', rowId, data: change, shown: { ...old, ...change } });
  const computed = { data: applyOperators(change, old), caller: call.caller, timestamp };
  const row = withDialectErrors(dialect, () => parts.writer.apply(table, old, computed));
  const after = () => parts.events.publish([rowEvent({ table, row, action: 'update' }, dialect)]);
  return { status: 200, body: show(table, row, dialect), after };
}

/** `X-Appwrite-Timestamp` must be a date, but does not guard an upsert. */
function upsertRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const { data, permissions } = readChange(parts, dialect, call);
  refuseOperators(data);
  const table = findTable(parts.project, call, dialect);
  const rowId = param(call, 'rowId');
  const old = findRow(parts, call, table);
  const row = { ...writable(call, data), $id: rowId, $permissions: permissions ?? old?.$permissions ?? [] };
  if (transactionOf(call))
    return stage(parts, dialect, { call, table, action: 'upsert', rowId, data: row, status: 201 });
  const [written] = withDialectErrors(dialect, () => parts.writer.upsertAll(table, [row], { caller: call.caller }));
  const shown = written?.row ?? requireRow(parts, dialect, { call, table });
  const after = () => parts.events.publish([rowEvent({ table, row: shown, action: 'upsert' }, dialect)]);
  return { status: 200, body: show(table, shown, dialect), after };
}

function deleteRow(parts: RowParts, dialect: Dialect, call: Call): Reply {
  const guard = { caller: call.caller, timestamp: readTimestamp(call, parts.clock.latest()) };
  const table = findTable(parts.project, call, dialect);
  const old = requireRow(parts, dialect, { call, table });
  if (transactionOf(call)) {
    stage(parts, dialect, { call, table, action: 'delete', rowId: param(call, 'rowId'), data: {} });
    return { status: 204 };
  }
  const row = withDialectErrors(dialect, () => parts.writer.remove(table, old.$id, guard));
  return { status: 204, after: () => parts.events.publish([rowEvent({ table, row, action: 'delete' }, dialect)]) };
}

/** Increments are not guarded, so concurrent ones do not conflict. */
function incrementOrDecrement(action: 'increment' | 'decrement') {
  return (parts: RowParts, dialect: Dialect, call: Call): Reply => {
    const limitName = action === 'increment' ? 'max' : 'min';
    const value = Number(parameter(call, 'value', rules.number) ?? 1);
    const limit = parameter(call, limitName, rules.bound);
    const table = findTable(parts.project, call, dialect);
    const rowId = param(call, 'rowId');
    const column = param(call, 'column');
    const data = { [columnKey(dialect)]: column, value, [limitName]: limit };
    if (transactionOf(call)) {
      return stage(parts, dialect, {
        call,
        table,
        action,
        rowId,
        data,
        shown: { [column]: value },
        stagingCall: 'step',
      });
    }
    const row = withDialectErrors(dialect, () =>
      parts.writer.increment(table, rowId, readStep(action, data), { caller: call.caller }),
    );
    const after = () => parts.events.publish([rowEvent({ table, row, action: 'update' }, dialect)]);
    return { status: 200, body: show(table, row, dialect), after };
  };
}

type Staging = {
  call: Call;
  table: Table;
  action: string;
  rowId: string;
  data: Fields;
  /** What the answer shows; `data` by default. */
  shown?: Fields;
  status?: number;
  stagingCall?: StagingCall;
};

/** Stages the write instead of doing it, and answers as if it had been done. */
function stage({ transactions }: RowParts, dialect: Dialect, staging: Staging): Reply {
  const { call, table, action, rowId, data, shown = data, status = 200, stagingCall = 'row' } = staging;
  refuseOperators(data);
  const operation = { action, databaseId: table.databaseId, tableId: table.id, rowId, data };
  transactions.stage(transactionOf(call) ?? '', [operation], { caller: call.caller, stagingCall });
  return { status, body: show(table, { ...shown, $id: rowId } as Row, dialect) };
}

/** The committed row, or the row as the call's transaction sees it. */
function findRow({ rows, transactions }: RowParts, call: Call, table: Table): Row | undefined {
  const transactionId = transactionOf(call);
  const id = param(call, 'rowId');
  return transactionId ? transactions.state(transactionId).find(table, id) : rows.find(table, id);
}

function requireRow(parts: RowParts, dialect: Dialect, { call, table }: { call: Call; table: Table }): Row {
  const row = findRow(parts, call, table);
  if (!row) throw errorWithId(`${dialect.item}_not_found`, param(call, 'rowId'));
  return row;
}

/** Drops `$createdAt` and `$updatedAt` unless the caller has a key. */
function writable(call: Call, data: Fields): Fields {
  const rest = withoutReadonly(data);
  if (call.caller.kind === 'key') return rest;
  const { $createdAt, $updatedAt, ...others } = rest;
  return others;
}

function refuse(reason: string): never {
  throw new ApiError('general_bad_request', reason);
}
