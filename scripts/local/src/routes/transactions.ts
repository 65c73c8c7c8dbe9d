import { commitEvent } from '../events/names.ts';
import { type Call, isFields, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam, missing } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import { tableKey } from '../project/types.ts';
import { collectionsDialect, type Dialect, tablesDialect } from '../rows/dialect.ts';
import type { Operation } from '../transactions/log.ts';
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
  const { log } = parts.transactions;
  return [
    { method: 'POST', path: base, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: base, scopes: read, handle: () => list(parts) },
    {
      method: 'GET',
      path: `${base}/:id`,
      scopes: read,
      handle: (call) => ({ status: 200, body: log.get(param(call, 'id')) }),
    },
    { method: 'PATCH', path: `${base}/:id`, scopes: write, handle: (call) => finish(parts, dialect, call) },
    { method: 'DELETE', path: `${base}/:id`, scopes: write, handle: (call) => remove(parts, call) },
    { method: 'POST', path: `${base}/:id/operations`, scopes: write, handle: (call) => stage(parts, dialect, call) },
  ];
}

function create({ transactions }: Parts, call: Call): Reply {
  requireKey(call);
  const ttl = call.body.ttl ?? 300;
  if (typeof ttl !== 'number' || ttl < 60 || ttl > 3600) {
    throw invalidParam('ttl', 'Value must be a valid range between 60 and 3,600');
  }
  return { status: 201, body: transactions.create(ttl) };
}

function list({ transactions }: Parts): Reply {
  const found = transactions.log.list(25);
  return { status: 200, body: { total: found.length, transactions: found } };
}

function remove({ transactions }: Parts, call: Call): Reply {
  transactions.log.remove(param(call, 'id'));
  return { status: 204 };
}

async function finish({ transactions, events }: Parts, dialect: Dialect, call: Call): Promise<Reply> {
  const { commit = false, rollback = false } = call.body;
  if (!commit && !rollback) throw new ApiError('general_bad_request', 'Either commit or rollback must be true');
  if (commit && rollback) throw new ApiError('general_bad_request', 'Cannot commit and rollback at the same time');
  const id = param(call, 'id');
  if (rollback) return { status: 200, body: transactions.rollback(id) };
  const { transaction, changes } = await transactions.commit(id, call.unlucky);
  const after = () => events.publish(changes.map((change) => commitEvent(change, dialect)));
  return { status: 200, body: transaction, after };
}

function stage(parts: Parts, dialect: Dialect, call: Call): Reply {
  requireKey(call);
  const id = param(call, 'id');
  const list = call.body.operations;
  if (!Array.isArray(list) || list.length === 0)
    throw new ApiError('general_bad_request', 'Operations array cannot be empty');
  const operations = list.map((item) => readOperation(isFields(item) ? item : {}, dialect));
  checkParents(parts, operations);
  checkRows(parts, { id, operations });
  return { status: 201, body: parts.transactions.stage(id, operations) };
}

function checkParents({ project }: Parts, operations: Operation[]): void {
  for (const { databaseId, tableId } of operations) {
    if (!project.databases.has(databaseId)) throw missing('database_not_found', databaseId);
    if (!project.tables.has(tableKey(databaseId, tableId))) throw missing('collection_not_found', tableId);
  }
}

/** A row that is to be changed must be there: committed, staged earlier, or created in this very list. */
function checkRows(
  { project, rows, transactions }: Parts,
  { id, operations }: { id: string; operations: Operation[] },
): void {
  const created = new Set<string>();
  transactions.within(id, () => {
    for (const { action, databaseId, tableId, rowId } of operations) {
      const key = `${databaseId}/${tableId}/${rowId}`;
      if (action === 'create') created.add(key);
      if (!['update', 'delete', 'increment', 'decrement'].includes(action) || rowId === null) continue;
      const table = project.tables.get(tableKey(databaseId, tableId));
      if (!created.has(key) && table && !rows.find(table, rowId)) throw missing('document_not_found', rowId);
    }
  });
}

function requireKey({ caller }: Call): void {
  if (caller.kind !== 'key') throw new ApiError('user_unauthorized');
}
