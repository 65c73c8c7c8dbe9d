import { type Call, input, type Reply } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import type { Table } from '../project/types.ts';
import { type Dialect, show } from '../rows/dialect.ts';
import type { Row } from '../rows/types.ts';

type Parts = Pick<Platform, 'transactions'>;

type Single = {
  call: Call;
  table: Table;
  rowId: string;
  action: string;
  data: unknown;
  status: number;
  shown: Record<string, unknown>;
};

export function transactionOf(call: Call): string | undefined {
  const id = input(call, 'transactionId');
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Notes the write down instead of doing it, and answers as if it had been done. */
export function stageSingle({ transactions }: Parts, dialect: Dialect, single: Single): Reply {
  const { call, table, rowId, action, data } = single;
  const operation = { action, databaseId: table.databaseId, tableId: table.id, rowId, data };
  transactions.stage(transactionOf(call) ?? '', [operation]);
  const body = show(table, { ...single.shown, $id: rowId } as Row, dialect);
  if (single.shown.$sequence === undefined) Reflect.deleteProperty(body, '$sequence');
  return { status: single.status, body };
}

export function stageBulk(
  { transactions }: Parts,
  dialect: Dialect,
  bulk: { call: Call; table: Table; action: string; data: unknown },
): Reply {
  const { call, table, action, data } = bulk;
  if (call.caller.kind !== 'key') throw new ApiError('general_unauthorized_scope');
  const operation = { action, databaseId: table.databaseId, tableId: table.id, rowId: null, data };
  transactions.stage(transactionOf(call) ?? '', [operation]);
  return { status: 200, body: { total: Array.isArray(data) ? data.length : 0, [dialect.items]: [] } };
}
