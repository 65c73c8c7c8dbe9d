import { requireGrant } from '../access/permissions.ts';
import { rowEvent } from '../events/names.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import { invalidParam } from '../http/errors.ts';
import { type Dialect, findTable, show, spoken } from '../rows/dialect.ts';
import { readStep } from '../transactions/replay.ts';
import type { RowParts } from './row-writing.ts';
import { stageSingle, transactionOf } from './staging.ts';

export function rowCountingRoutes(parts: RowParts, dialect: Dialect): Route[] {
  const scopes = [`${dialect.scope}.write`, 'rows.write', 'documents.write'];
  return ['increment', 'decrement'].map((action) => ({
    method: 'PATCH',
    path: `${dialect.base}/:rowId/:column/${action}`,
    scopes,
    handle: (call: Call) => count(parts, dialect, { call, action }),
  }));
}

function count(parts: RowParts, dialect: Dialect, { call, action }: { call: Call; action: string }): Reply {
  const table = findTable(parts.project, call.params, dialect);
  const id = param(call, 'rowId');
  const column = param(call, 'column');
  const { value = 1, max, min } = call.body;
  for (const [name, number] of Object.entries({ value, max: max ?? 0, min: min ?? 0 })) {
    if (typeof number !== 'number') throw invalidParam(name, 'Value must be a valid number');
  }
  requireGrant(call.caller, 'update', table.permissions);
  const data = { column, value, max, min };
  if (transactionOf(call)) {
    return stageSingle(parts, dialect, {
      call,
      table,
      rowId: id,
      action,
      data,
      status: 200,
      shown: { [column]: value },
    });
  }
  const row = spoken(dialect, () => parts.writer.increase(table, id, readStep(action, data)));
  const after = () => parts.events.publish([rowEvent({ table, row, action: 'update' }, dialect)]);
  return { status: 200, body: show(table, row, dialect), after };
}
