import { granted, unauthorized, visibleRows } from '../access/permissions.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import { missing } from '../http/errors.ts';
import { checkPath } from '../http/parameters.ts';
import type { Platform } from '../platform.ts';
import type { Table } from '../project/types.ts';
import { type Dialect, findTable, show } from '../rows/dialect.ts';
import { makePlan, type Plan } from '../rows/plan.ts';
import { invalidQuery, parseQueries } from '../rows/query.ts';
import { everything } from '../rows/store.ts';
import type { Row } from '../rows/types.ts';
import { transactionOf } from './row-call.ts';

type Parts = Pick<Platform, 'project' | 'rows' | 'stale' | 'transactions'>;

export function rowReadingRoutes(parts: Parts, dialect: Dialect): Route[] {
  const scopes = [`${dialect.scope}.read`, 'rows.read', 'documents.read'];
  return [
    { method: 'GET', path: dialect.base, scopes, handle: (call) => listRows(parts, dialect, call) },
    { method: 'GET', path: `${dialect.base}/:rowId`, scopes, handle: (call) => getRow(parts, dialect, call) },
  ];
}

function listRows({ project, rows, transactions }: Parts, dialect: Dialect, call: Call): Reply {
  checkPath(call);
  const table = findTable(project, call.params, dialect);
  const plan = makePlan(table, parseQueries(call.query.queries));
  const whole = granted(call.caller, 'read', table.permissions);
  if (!whole && !table.rowSecurity) throw unauthorized('read', table.permissions);
  const visible = whole ? everything : visibleRows(call.caller);
  const transactionId = transactionOf(call);
  const source = transactionId ? transactions.state(transactionId) : rows;
  const total = wantsTotal(call) ? source.count(table, plan, visible) : 0;
  const found = source.list(table, plan, visible).map((row) => select(plan, show(table, row, dialect)));
  return { status: 200, body: { total, [dialect.items]: found } };
}

function getRow({ project, rows, stale, transactions }: Parts, dialect: Dialect, call: Call): Reply {
  checkPath(call);
  const table = findTable(project, call.params, dialect);
  const plan = makePlan(table, parseQueries(call.query.queries));
  if (plan.filters.length > 0) throw invalidQuery('Only select queries are allowed');
  const id = param(call, 'rowId');
  const transactionId = transactionOf(call);
  const read = () => rows.find(table, id);
  const row = transactionId ? transactions.state(transactionId).find(table, id) : stale.read(table, id, read);
  if (!row || !mayRead(call, table, row)) throw missing(`${dialect.item}_not_found`, id);
  return { status: 200, body: select(plan, show(table, row, dialect)) };
}

function mayRead({ caller }: Call, table: Table, row: Row): boolean {
  if (granted(caller, 'read', table.permissions)) return true;
  return table.rowSecurity && granted(caller, 'read', row.$permissions);
}

/** Spelled as a boolean the parameter is ignored over HTTP; `0` works. */
function wantsTotal({ query }: Call): boolean {
  return query.total !== '0';
}

/** The `$` fields come along whatever is selected. */
function select({ selected }: Plan, row: Row): Row {
  if (!selected || selected.includes('*')) return row;
  const kept = Object.entries(row).filter(([key]) => key.startsWith('$') || selected.includes(key));
  return Object.fromEntries(kept) as Row;
}
