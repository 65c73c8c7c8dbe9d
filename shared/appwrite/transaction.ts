import { isSafeId } from '#shared/domain/ids.ts';
import { appwriteType, isAmbiguous, unavailable } from './failures.ts';
import type { Gateway } from './gateway.ts';
import { DATABASE_ID, type TableId } from './resources.ts';

export type Operation = {
  action: 'create' | 'update' | 'delete' | 'increment' | 'decrement';
  tableId: TableId;
  rowId: string;
  data?: Record<string, unknown>;
};

/** How a commit ended: `limit` and `conflict` mean somebody else was first, `missing` that a row it needs is not there. */
export type Outcome = 'done' | 'conflict' | 'limit' | 'missing';

// `transaction_failed` is what MongoDB answers to the second of two commits on one row (read in its adapter, not seen).
const OUTCOMES: Record<string, Outcome> = {
  transaction_conflict: 'conflict',
  transaction_failed: 'conflict',
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

export type Work = { operations: Operation[]; landed(): Promise<boolean> };

/**
 * Commits all operations or none. `landed` tells, after a lost or failed answer to the commit, whether it took effect.
 * A transaction that has outlived its ttl (500 `transaction_expired`) has done nothing and is begun anew, once.
 * Throws 503 when Appwrite fails otherwise; the transaction may then stay `committing`, and nothing of it counts.
 */
export async function commitBegun(
  gateway: Gateway,
  begun: Promise<string>,
  work: Work,
  again = true,
): Promise<Outcome> {
  let committing = false;
  try {
    const transactionId = await begun;
    const operations = work.operations.map(staged);
    const held = await gateway.tables.createOperations({ transactionId, operations });
    if (held.operations !== operations.length) throw new Error('an answer that tells of other operations');
    committing = true;
    const { status } = await gateway.tables.updateTransaction({ transactionId, commit: true });
    if (status !== 'committed') throw new Error('an answer that tells of no commit');
    return 'done';
  } catch (error) {
    const type = appwriteType(error) ?? '';
    const outcome = OUTCOMES[type];
    if (outcome) return outcome;
    if (again && type === 'transaction_expired') return commitBegun(gateway, begin(gateway), work, false);
    if (committing && isAmbiguous(error) && (await work.landed())) return 'done';
    throw unavailable(error);
  }
}

/** Begins and commits: three calls, one after the other. */
export function commit(gateway: Gateway, operations: Operation[], landed: () => Promise<boolean>): Promise<Outcome> {
  return commitBegun(gateway, begin(gateway), { operations, landed });
}
