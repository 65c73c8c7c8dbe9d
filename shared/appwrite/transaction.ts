import type { TablesDB } from 'node-appwrite';
import { isSafeId } from '#shared/domain/ids.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { appwriteType, isAmbiguous, isUnanswered, unavailable } from './failures.ts';
import type { Gateway } from './gateway.ts';
import { DATABASE_ID, type TableId } from './resources.ts';

export type RowOperation = {
  action: 'create' | 'update' | 'delete' | 'increment' | 'decrement';
  tableId: TableId;
  rowId: string;
  data?: Record<string, unknown>;
};
type BulkOperation = { action: 'bulkCreate' | 'bulkDelete'; tableId: TableId; data: unknown };
export type Operation = RowOperation | BulkOperation;

/** How a commit ended. `limit` and `conflict`: another writer was first. `missing`: a row it needs does not exist. */
export type Outcome = 'done' | 'conflict' | 'limit' | 'missing';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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

const EXPIRED = 'transaction_expired';

export function create(tableId: TableId, rowId: string, data: Record<string, unknown>): Operation {
  return { action: 'create', tableId, rowId, data };
}

export function update(tableId: TableId, rowId: string, data: Record<string, unknown>): Operation {
  return { action: 'update', tableId, rowId, data };
}

export function remove(tableId: TableId, rowId: string): Operation {
  return { action: 'delete', tableId, rowId };
}

/** Creates up to 100 rows, each with its `$id`. They fire no events. */
export function createMany(tableId: TableId, rows: Record<string, unknown>[]): Operation {
  return { action: 'bulkCreate', tableId, data: rows };
}

/** Deletes every row that meets the conditions; throws when the list of conditions is empty. */
export function removeMany(tableId: TableId, queries: string[]): Operation {
  if (queries.length === 0) throw new Error('a bulk deletion without conditions');
  return { action: 'bulkDelete', tableId, data: { queries } };
}

/**
 * Compare-and-set for a whole transaction: locks the row and increments `version` up to at most `from + 1`, so a second
 * commit with the same `from` fails.
 */
export function claimVersion(tableId: TableId, rowId: string, from: number): Operation {
  return { action: 'increment', tableId, rowId, data: { column: 'version', value: 1, max: from + 1 } };
}

export function add(tableId: TableId, rowId: string, change: { column: string; by: 1 | -1 }): RowOperation {
  const action = change.by === 1 ? 'increment' : 'decrement';
  return { action, tableId, rowId, data: { column: change.column, value: 1 } };
}

function staged(operation: Operation): Record<string, unknown> {
  if ('rowId' in operation && !isSafeId(operation.rowId)) throw new Error('not a row id in a transaction');
  return { ...operation, databaseId: DATABASE_ID };
}

/** Opens a transaction that must be committed within a minute. Callers may do this in parallel with other calls. */
export async function begin(gateway: Gateway): Promise<string> {
  const { $id } = await gateway.tables.createTransaction({ ttl: 60 });
  return $id;
}

export type Work = {
  operations: Operation[];
  wasCommitted(): Promise<boolean>;
  /** Awaited before the commit. When it rejects, nothing is committed and its error is thrown. */
  ready?: Promise<unknown>;
  /**
   * Checked after staging; false makes the outcome `conflict`. A later write to a staged row makes the commit fail, so
   * what this has checked in such a row still holds at the commit.
   */
  stillHolds?(): Promise<boolean>;
};

/**
 * Commits all operations or none. `transaction`: one that is being opened already. Slow or failed staging is retried in
 * a new transaction; so is, once, a commit that expired (500 `transaction_expired`) or whose refusal was lost.
 * `wasCommitted` tells whether a commit with a lost or failed answer took effect. Other failures throw 503; a transaction
 * that then stays `committing` writes nothing.
 */
export async function commit(gateway: Gateway, work: Work, transaction = begin(gateway)): Promise<Outcome> {
  const outcome = await stageAndCommit(gateway, transaction, work);
  if (outcome !== 'again') return outcome;
  const second = await stageAndCommit(gateway, begin(gateway), work);
  if (second === 'again') throw unavailable(new Error('a second transaction that expired, or whose refusal got lost'));
  return second;
}

async function stage(
  gateway: Gateway,
  transaction: Promise<string>,
  operations: Record<string, unknown>[],
): Promise<string> {
  const transactionId = await transaction;
  const held = await gateway.tables.createOperations({ transactionId, operations });
  if (held.operations !== operations.length) throw new Error('an answer that tells of other operations');
  return transactionId;
}

/** `again`: nothing was written; retry in a new transaction. */
type Committed = Outcome | 'again';

async function stageAndCommit(gateway: Gateway, transaction: Promise<string>, work: Work): Promise<Committed> {
  let transactionId: string;
  try {
    const operations = work.operations.map(staged);
    transactionId = await gateway.runHedged((again) =>
      stage(gateway, again ? begin(gateway) : transaction, operations),
    );
  } catch (error) {
    return outcomeOf(error);
  }
  await work.ready;
  if (work.stillHolds && !(await work.stillHolds())) return 'conflict';
  return commitStaged(gateway, transactionId, work);
}

/**
 * After a lost answer, `wasCommitted` looks up the commit. If it took no effect, the same transaction is committed again
 * over another connection. Only one can succeed: the second gets 400 `transaction_not_ready` (recorded:
 * transactions-055), and two that run at once conflict on the rows (recorded: transactions-336 to 424).
 */
async function commitStaged(gateway: Gateway, transactionId: string, { wasCommitted }: Work): Promise<Committed> {
  try {
    await sendCommit(gateway.shortTimeoutTables, transactionId);
    return 'done';
  } catch (error) {
    if (appwriteType(error) === EXPIRED) return 'again';
    if (isAmbiguous(error) && (await wasCommitted())) return 'done';
    if (!isUnanswered(error)) return outcomeOf(error);
  }
  try {
    await sendCommit(gateway.tables, transactionId);
    return 'done';
  } catch (error) {
    if (await wasCommitted()) return 'done';
    if (appwriteType(error) === 'transaction_not_ready') return pollCommit(gateway, transactionId);
    // The first commit may still be running and be the reason why the second failed.
    await pause(500);
    return (await wasCommitted()) ? 'done' : outcomeOf(error);
  }
}

/**
 * Polls for the result of a commit whose answer was lost (recorded: transactions-053, 118, 223). Throws 503 if it is
 * still running after four looks, half a second apart.
 */
async function pollCommit(gateway: Gateway, transactionId: string): Promise<Committed> {
  for (let looks = 0; looks < 4; looks += 1) {
    const { status } = await gateway.tables.getTransaction({ transactionId }).catch((error: unknown) => {
      throw unavailable(error);
    });
    if (status === 'committed') return 'done';
    if (status === 'failed') return 'again';
    await pause(500);
  }
  throw unavailable(new Error('a commit that does not end'));
}

async function sendCommit(tables: TablesDB, transactionId: string): Promise<void> {
  const { status } = await tables.updateTransaction({ transactionId, commit: true });
  if (status !== 'committed') throw new Error('an answer that tells of no commit');
}

/** The outcome of an error while staging or committing. Throws 503 for an unknown error, and rethrows a Refusal. */
function outcomeOf(error: unknown): Committed {
  if (error instanceof Refusal) throw error;
  const type = appwriteType(error) ?? '';
  if (type === EXPIRED) return 'again';
  const outcome = OUTCOMES[type];
  if (outcome) return outcome;
  throw unavailable(error);
}
