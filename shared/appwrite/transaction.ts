import { isSafeId } from '#shared/domain/ids.ts';
import { appwriteType, isAmbiguous, unavailable } from './failures.ts';
import type { Gateway } from './gateway.ts';
import { DATABASE_ID, type TableId } from './resources.ts';

export type Operation = {
  action: 'create' | 'update' | 'upsert' | 'delete' | 'increment' | 'decrement';
  tableId: TableId;
  rowId: string;
  data?: Record<string, unknown>;
};

/** How a commit ended: `limit` and `conflict` mean somebody else was first, `missing` that a row it needs is not there. */
export type Outcome = 'done' | 'conflict' | 'limit' | 'missing';

const OUTCOMES: Record<string, Outcome> = {
  transaction_conflict: 'conflict',
  row_already_exists: 'conflict',
  row_update_conflict: 'conflict',
  attribute_limit_exceeded: 'limit',
  column_limit_exceeded: 'limit',
  row_not_found: 'missing',
  document_not_found: 'missing',
};

export function create(tableId: TableId, rowId: string, data: Record<string, unknown>): Operation {
  return { action: 'create', tableId, rowId, data };
}

export function update(tableId: TableId, rowId: string, data: Record<string, unknown>): Operation {
  return { action: 'update', tableId, rowId, data };
}

export function upsert(tableId: TableId, rowId: string, data: Record<string, unknown>): Operation {
  return { action: 'upsert', tableId, rowId, data };
}

export function remove(tableId: TableId, rowId: string): Operation {
  return { action: 'delete', tableId, rowId };
}

/** Takes the row's lock and moves `version` from exactly `from` to the next: the compare-and-set of a whole transaction. */
export function claimVersion(tableId: TableId, rowId: string, from: number): Operation {
  return { action: 'increment', tableId, rowId, data: { column: 'version', value: 1, max: from + 1 } };
}

export function add(tableId: TableId, rowId: string, change: { column: string; by: 1 | -1 }): Operation {
  const action = change.by === 1 ? 'increment' : 'decrement';
  return { action, tableId, rowId, data: { column: change.column, value: 1 } };
}

function staged(operation: Operation): Record<string, unknown> {
  if (!isSafeId(operation.rowId)) throw new Error('not a row id in a transaction');
  return { ...operation, databaseId: DATABASE_ID };
}

/** Opens a transaction, to be committed within a minute; may be asked for while something else is still under way. */
export async function begin(gateway: Gateway): Promise<string> {
  const { $id } = await gateway.tables.createTransaction({ ttl: 60 });
  return $id;
}

/**
 * `stillTrue` is asked after staging: what it has looked at cannot change unnoticed any more, since a row that is written
 * after it was staged makes the commit fail. `landed` tells, after an answer was lost, whether the commit took effect.
 */
export type Work = { operations: Operation[]; landed(): Promise<boolean>; stillTrue?(): Promise<boolean> };

/** Commits all operations or none. */
export async function commitBegun(gateway: Gateway, begun: Promise<string>, work: Work): Promise<Outcome> {
  let committing = false;
  try {
    const transactionId = await begun;
    const operations = work.operations.map(staged);
    const held = await gateway.tables.createOperations({ transactionId, operations });
    if (held.operations !== operations.length) throw new Error('an answer that tells of other operations');
    if (work.stillTrue && !(await work.stillTrue())) return 'conflict';
    committing = true;
    const { status } = await gateway.tables.updateTransaction({ transactionId, commit: true });
    if (status !== 'committed') throw new Error('an answer that tells of no commit');
    return 'done';
  } catch (error) {
    const outcome = OUTCOMES[appwriteType(error) ?? ''];
    if (outcome) return outcome;
    if (committing && isAmbiguous(error) && (await work.landed())) return 'done';
    throw unavailable(error);
  }
}

/** Begins and commits: three calls, one after the other. */
export function commit(gateway: Gateway, operations: Operation[], landed: () => Promise<boolean>): Promise<Outcome> {
  return commitBegun(gateway, begin(gateway), { operations, landed });
}
