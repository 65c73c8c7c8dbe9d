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

/** Deletes every row that meets the conditions; refuses an empty list of them. */
export function removeMany(tableId: TableId, queries: string[]): Operation {
  if (queries.length === 0) throw new Error('a bulk deletion without conditions');
  return { action: 'bulkDelete', tableId, data: { queries } };
}

/** Takes the row's lock and moves `version` from exactly `from` to the next: the compare-and-set of a whole transaction. */
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

/** Opens a transaction, to be committed within a minute; may be asked for while something else is still under way. */
export async function begin(gateway: Gateway): Promise<string> {
  const { $id } = await gateway.tables.createTransaction({ ttl: 60 });
  return $id;
}

export type Work = {
  operations: Operation[];
  landed(): Promise<boolean>;
  /** Awaited before the commit; nothing is committed, and its error thrown, when it fails. */
  ready?: Promise<unknown>;
  /**
   * Asked after staging: what it looks at cannot change unnoticed any more, since a row that is written after it was
   * staged makes the commit fail. When it is not true the outcome is `conflict`.
   */
  stillTrue?(): Promise<boolean>;
};

/**
 * Commits all operations or none. Staging that fails or hangs is begun anew with a transaction of its own, since nothing
 * counts before the commit; so is, once, a commit that came too late (500 `transaction_expired`) or whose refusal got
 * lost. `landed` tells, after a lost or failed answer to the commit, whether it took effect. Throws 503 when Appwrite
 * fails otherwise; the transaction may then stay `committing`, and nothing of it counts.
 */
export async function commitBegun(gateway: Gateway, begun: Promise<string>, work: Work): Promise<Outcome> {
  const outcome = await stageAndCommit(gateway, begun, work);
  if (outcome !== 'again') return outcome;
  const second = await stageAndCommit(gateway, begin(gateway), work);
  if (second === 'again') throw unavailable(new Error('a second transaction that expired, or whose refusal got lost'));
  return second;
}

async function stage(gateway: Gateway, begun: Promise<string>, operations: Record<string, unknown>[]): Promise<string> {
  const transactionId = await begun;
  const held = await gateway.tables.createOperations({ transactionId, operations });
  if (held.operations !== operations.length) throw new Error('an answer that tells of other operations');
  return transactionId;
}

/** `again`: nothing counts, and a new transaction may. */
type Committed = Outcome | 'again';

async function stageAndCommit(gateway: Gateway, begun: Promise<string>, work: Work): Promise<Committed> {
  let transactionId: string;
  try {
    const operations = work.operations.map(staged);
    transactionId = await gateway.mayRepeat((again) => stage(gateway, again ? begin(gateway) : begun, operations));
  } catch (error) {
    return outcomeOf(error);
  }
  await work.ready;
  if (work.stillTrue && !(await work.stillTrue())) return 'conflict';
  return commitStaged(gateway, transactionId, work);
}

/**
 * A commit that nothing is heard of is looked up. When it has not taken effect, the same transaction is committed once
 * more, over another connection. Only one of the two can count: Appwrite commits a transaction once (the second answer is
 * 400 `transaction_not_ready`, recorded: transactions-055), and when both are at work, the rows that one writes are a
 * conflict for the other (recorded: transactions-336 to 424).
 */
async function commitStaged(gateway: Gateway, transactionId: string, { landed }: Work): Promise<Committed> {
  try {
    await askToCommit(gateway.impatient, transactionId);
    return 'done';
  } catch (error) {
    if (appwriteType(error) === EXPIRED) return 'again';
    if (isAmbiguous(error) && (await landed())) return 'done';
    if (!isUnanswered(error)) return outcomeOf(error);
  }
  try {
    await askToCommit(gateway.tables, transactionId);
    return 'done';
  } catch (error) {
    if (await landed()) return 'done';
    if (appwriteType(error) === 'transaction_not_ready') return endOf(gateway, transactionId);
    // The first one may be what the second has met, and be at work still.
    await pause(500);
    return (await landed()) ? 'done' : outcomeOf(error);
  }
}

/** How a commit ended whose answer got lost (recorded: transactions-053, 118, 223). Throws 503 while it is at work. */
async function endOf(gateway: Gateway, transactionId: string): Promise<Committed> {
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

async function askToCommit(tables: TablesDB, transactionId: string): Promise<void> {
  const { status } = await tables.updateTransaction({ transactionId, commit: true });
  if (status !== 'committed') throw new Error('an answer that tells of no commit');
}

/** What an error of staging or committing means. Throws 503 for those that tell nothing, and every refusal of our own. */
function outcomeOf(error: unknown): Committed {
  if (error instanceof Refusal) throw error;
  const type = appwriteType(error) ?? '';
  if (type === EXPIRED) return 'again';
  const outcome = OUTCOMES[type];
  if (outcome) return outcome;
  throw unavailable(error);
}

/** Begins and commits: three calls, one after the other. */
export function commit(gateway: Gateway, operations: Operation[], landed: () => Promise<boolean>): Promise<Outcome> {
  return commitBegun(gateway, begin(gateway), { operations, landed });
}
