import { granted, unauthorized, visibleRows } from '../access/permissions.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import { errorWithId, invalidParam } from '../http/errors.ts';
import { checkPath } from '../http/parameters.ts';
import type { Platform } from '../platform.ts';
import type { Table } from '../project/types.ts';
import { type Dialect, findTable, show } from '../rows/dialect.ts';
import { makePlan, select, selectedColumns } from '../rows/plan.ts';
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
  const table = findTable(project, call, dialect);
  const plan = makePlan(table, parseQueries(call.query.queries));
  const counted = wantsTotal(call);
  checkTtl(call);
  const whole = granted(call.caller, 'read', table.permissions);
  if (!whole && !table.rowSecurity) throw unauthorized('read', table.permissions);
  const visible = whole ? everything : visibleRows(call.caller);
  const transactionId = transactionOf(call);
  const source = transactionId ? transactions.state(transactionId) : rows;
  const total = counted ? source.count(table, plan, visible) : 0;
  const found = source
    .list(table, plan, { visible, columns: selectedColumns(table, plan) })
    .map((row) => show(table, select(plan, row), dialect));
  return { status: 200, body: { total, [dialect.items]: found } };
}

function getRow({ project, rows, stale, transactions }: Parts, dialect: Dialect, call: Call): Reply {
  checkPath(call);
  const table = findTable(project, call, dialect);
  const queries = parseQueries(call.query.queries);
  const odd = queries.find(({ method }) => method !== 'select');
  if (odd) throw invalidQuery(`Invalid query method: ${odd.method}`);
  const plan = makePlan(table, queries);
  const id = param(call, 'rowId');
  const transactionId = transactionOf(call);
  const read = () => rows.find(table, id);
  const row = transactionId ? transactions.state(transactionId).find(table, id) : stale.read(table, id, read);
  if (!row || !mayRead(call, table, row)) throw errorWithId(`${dialect.item}_not_found`, id);
  return { status: 200, body: show(table, select(plan, row), dialect) };
}

function mayRead({ caller }: Call, table: Table, row: Row): boolean {
  if (granted(caller, 'read', table.permissions)) return true;
  return table.rowSecurity && granted(caller, 'read', row.$permissions);
}

/** `total=false` is ignored over HTTP; `total=0` works. */
function wantsTotal({ query: { total = '1' } }: Call): boolean {
  if (!['true', 'false', '0', '1'].includes(String(total)))
    throw invalidParam('total', 'Value must be a valid boolean');
  return total !== '0';
}

/** Checks `ttl`, the seconds for which Appwrite may answer from its cache. There is no such cache here. */
function checkTtl({ query: { ttl = '0' } }: Call): void {
  if (/^\d+$/.test(String(ttl)) && Number(ttl) <= 86_400) return;
  throw invalidParam('ttl', 'Value must be a valid range between 0 and 86,400');
}
