import { visibleRows } from '../access/permissions.ts';
import { commitEvent } from '../events/names.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, errorWithId } from '../http/errors.ts';
import { checkPath, isNumeric, parameter, rules } from '../http/parameters.ts';
import type { Platform } from '../platform.ts';
import { tableKey } from '../project/types.ts';
import { collectionsDialect, type Dialect, tablesDialect } from '../rows/dialect.ts';
import { refuseOperators } from '../rows/operators.ts';
import { makePlan } from '../rows/plan.ts';
import { parseQueries } from '../rows/query.ts';
import { type Operation, transactionTable } from '../transactions/log.ts';
import { readOperation } from '../transactions/operation.ts';

type Parts = Pick<Platform, 'project' | 'rows' | 'transactions' | 'events'>;

export function transactionRoutes(parts: Parts): Route[] {
  return [
    ...routesUnder('/v1/tablesdb/transactions', parts, tablesDialect),
    ...routesUnder('/v1/databases/transactions', parts, collectionsDialect),
  ];
}

function routesUnder(base: string, parts: Parts, dialect: Dialect): Route[] {
  const read = ['rows.read', 'documents.read'];
  const write = ['rows.write', 'documents.write'];
  const one = `${base}/:id`;
  return [
    { method: 'POST', path: base, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: base, scopes: read, handle: (call) => list(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: (call) => ({ status: 200, body: require(parts, call) }) },
    { method: 'PATCH', path: one, scopes: write, handle: (call) => finish(parts, dialect, call) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call) },
    { method: 'POST', path: `${one}/operations`, scopes: write, handle: (call) => stage(parts, dialect, call) },
  ];
}

const ttlRule = {
  is: (ttl: unknown) => isNumeric(ttl) && Number.isInteger(Number(ttl)) && Number(ttl) >= 60 && Number(ttl) <= 3600,
  says: 'Value must be a valid range between 60 and 3,600',
};

/** Guests may create a transaction, but not read it afterwards. */
function create({ transactions }: Parts, call: Call): Reply {
  return { status: 201, body: transactions.create(Number(parameter(call, 'ttl', ttlRule) ?? 300)) };
}

function list({ transactions }: Parts, call: Call): Reply {
  const plan = makePlan(transactionTable, parseQueries(call.query.queries));
  return { status: 200, body: transactions.log.list(plan, visibleRows(call.caller)) };
}

function require({ transactions }: Parts, call: Call) {
  checkPath(call);
  return transactions.get(param(call, 'id'), call.caller);
}

function remove(parts: Parts, call: Call): Reply {
  parts.transactions.log.remove(require(parts, call).$id);
  return { status: 204 };
}

async function finish(parts: Parts, dialect: Dialect, call: Call): Promise<Reply> {
  const { transactions, events } = parts;
  const commit = parameter(call, 'commit', rules.boolean);
  const rollback = parameter(call, 'rollback', rules.boolean);
  if (!commit && !rollback) throw new ApiError('general_bad_request', 'Either commit or rollback must be true');
  if (commit && rollback) throw new ApiError('general_bad_request', 'Cannot commit and rollback at the same time');
  const { $id } = require(parts, call);
  if (rollback) return { status: 200, body: transactions.rollback($id) };
  const { transaction, changes } = await transactions.commit($id, call.leavesCacheStale);
  const after = () => events.publish(changes.map((change) => commitEvent(change, dialect)));
  return { status: 200, body: transaction, after };
}

function stage(parts: Parts, dialect: Dialect, call: Call): Reply {
  checkPath(call);
  const id = param(call, 'id');
  const given = parameter(call, 'operations', rules.list);
  const operations = (Array.isArray(given) ? given : []).map((item) => readOperation(item, dialect));
  if (operations.length === 0) throw new ApiError('general_bad_request', 'Operations array cannot be empty');
  const staging = { caller: call.caller, stagingCall: 'operations' } as const;
  parts.transactions.requireRoom(id, operations.length, staging);
  checkRows(parts, id, operations);
  return { status: 201, body: parts.transactions.stage(id, operations, staging) };
}

/** A row to be changed must exist: committed, staged by an earlier call, or created earlier in this one. */
function checkRows({ project, transactions }: Parts, id: string, operations: Operation[]): void {
  const created = new Set<string>();
  for (const { action, databaseId, tableId, rowId, data } of operations) {
    const table = project.tables.get(tableKey(databaseId, tableId));
    if (!project.databases.has(databaseId)) throw errorWithId('database_not_found', databaseId);
    if (!table) throw errorWithId('collection_not_found', tableId);
    refuseOperators(data);
    const key = `${databaseId}/${tableId}/${rowId}`;
    if (action === 'create') created.add(key);
    if (rowId === null || !['update', 'delete', 'upsert', 'increment', 'decrement'].includes(action)) continue;
    const row = transactions.state(id).find(table, rowId);
    if (!row && !created.has(key) && action !== 'upsert') throw errorWithId('document_not_found', rowId);
  }
}
