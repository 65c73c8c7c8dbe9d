import type { Caller } from '../access/caller.ts';
import type { MovableClock } from '../clock.ts';
import type { Database } from '../database.ts';
import { ApiError, type ErrorType, errorWithId } from '../http/errors.ts';
import { type Project, tableKey } from '../project/types.ts';
import type { StaleRows } from '../rows/stale-rows.ts';
import type { RowStore } from '../rows/store.ts';
import { RowFailure } from '../rows/types.ts';
import type { RowWriter } from '../rows/writer.ts';
import { type Change, Commit } from './commit.ts';
import { type Operation, type Staged, type Transaction, TransactionLog } from './log.ts';
import { TransactionState } from './state.ts';

type Parts = {
  database: Database;
  project: Project;
  rows: RowStore;
  writer: RowWriter;
  clock: MovableClock;
  stale: StaleRows;
};

/** The kind of call that stages. Each answers other errors for a transaction that is missing or not pending. */
export type StagingCall = keyof typeof refusals;

export type Staging = { caller: Caller; stagingCall: StagingCall };

const refusals = {
  operations: ['transaction_not_found', 'general_bad_request'],
  row: ['transaction_not_found', 'transaction_not_ready'],
  step: ['general_bad_request', 'general_bad_request'],
  bulk: ['general_bad_request', 'general_bad_request'],
} as const satisfies Record<string, readonly [missing: ErrorType, notPending: ErrorType]>;

const largest = 100;

/** Stages and commits; the time of staging guards every row. Guests see no transaction, not even their own. */
export class Transactions {
  readonly log: TransactionLog;
  readonly #parts: Parts;
  /** The rows of running commits, each in the order in which it takes them. */
  readonly #runningCommits = new Set<string[]>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.log = new TransactionLog(parts.database, parts.rows);
  }

  create(ttl: number): Transaction {
    return this.log.create(this.#parts.clock.now(), ttl);
  }

  /** The transaction, if this caller may see it; throws otherwise. */
  get(id: string, caller: Caller): Transaction {
    const transaction = caller.kind === 'key' ? this.log.find(id) : undefined;
    if (!transaction) throw errorWithId('transaction_not_found', id);
    return transaction;
  }

  #requirePending(id: string, caller: Caller, stagingCall: StagingCall): Transaction {
    const [absent, notPending] = refusals[stagingCall];
    if (caller.kind !== 'key' || !this.log.find(id)) throw errorWithId(absent, id);
    return this.log.requirePending(id, this.#parts.clock.now(), notPending);
  }

  /** Throws if the transaction cannot hold that many more operations. */
  requireRoom(id: string, more: number, { caller, stagingCall }: Staging): void {
    const { operations } = this.#requirePending(id, caller, stagingCall);
    if (operations + more <= largest) return;
    throw new ApiError(
      'transaction_limit_exceeded',
      `Transaction already has ${operations} operations, adding ${more} would exceed the maximum of ${largest}`,
    );
  }

  stage(id: string, operations: readonly Operation[], staging: Staging): Transaction {
    this.requireRoom(id, operations.length, staging);
    return this.log.add(id, operations, this.#parts.clock.nextWriteTime());
  }

  /** The staged state of a pending transaction; empty for any other, so that reads see committed rows. */
  state(id: string | undefined): TransactionState {
    const pending = id !== undefined && this.log.find(id)?.status === 'pending';
    return new TransactionState(this.#parts.rows, pending ? this.log.staged(id) : []);
  }

  /**
   * Takes a moment in which others may read; `leavesCacheStale` acts as if they did. The row cache then keeps the old
   * rows, as a real one sometimes does. An error of the database that Appwrite does not translate is 500, and the
   * transaction stays `committing`.
   */
  async commit(id: string, leavesCacheStale = false): Promise<{ transaction: Transaction; changes: Change[] }> {
    const { clock } = this.#parts;
    this.log.requirePending(id, clock.now());
    const staged = this.log.staged(id);
    this.log.setStatus(id, 'committing', clock.now());
    const rows = staged.flatMap(({ databaseId, tableId, rowId }) =>
      rowId ? [`${databaseId}/${tableId}/${rowId}`] : [],
    );
    this.#checkConcurrentCommits(id, rows);
    const done = watchForStaleReads(this.#parts, staged, leavesCacheStale);
    this.#runningCommits.add(rows);
    try {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const changes = this.#apply(id, staged);
      done(true);
      return { transaction: this.log.setStatus(id, 'committed', clock.now()), changes };
    } catch (error) {
      done(false);
      throw error;
    } finally {
      this.#runningCommits.delete(rows);
    }
  }

  rollback(id: string): Transaction {
    this.log.requirePending(id, this.#parts.clock.now());
    return this.log.setStatus(id, 'failed', this.#parts.clock.now());
  }

  /** On MongoDB concurrent commits on one row do not wait for each other; on PostgreSQL they may deadlock. */
  #checkConcurrentCommits(id: string, rows: readonly string[]): void {
    const { commitsOnOneRow, commitsInOppositeOrders } = this.#parts.database.engine;
    for (const others of this.#runningCommits) {
      const shared = rows.filter((row) => others.includes(row));
      if (shared.length > 0 && commitsOnOneRow === 'fail') {
        this.log.setStatus(id, 'failed', this.#parts.clock.now());
        throw new ApiError('transaction_failed');
      }
      const opposite = shared.some((row, index) => others.indexOf(row) < others.indexOf(shared[index - 1] ?? row));
      if (opposite && commitsInOppositeOrders === 'deadlock') throw new ApiError('general_unknown', 'Server Error');
    }
  }

  #apply(id: string, staged: readonly Staged[]): Change[] {
    const commit = new Commit(this.#parts);
    try {
      this.#parts.database.atomically(() => {
        for (const operation of staged) commit.apply(operation);
      });
    } catch (error) {
      const failure = error instanceof RowFailure ? commitError(error, commit.currentRowId) : error;
      if (!(failure instanceof ApiError)) throw failure;
      // A staged query that is not a text is a wrong type for PHP.
      if (failure.type === 'general_argument_invalid') throw new ApiError('general_unknown', 'Server Error');
      if (failure.status < 500) this.log.setStatus(id, 'failed', this.#parts.clock.now());
      throw failure;
    }
    return commit.changes();
  }
}

/** Commits report documents and attributes, even for tables. */
function commitError(failure: RowFailure, rowId: string): ApiError {
  switch (failure.kind) {
    case 'missing':
    case 'column':
      return errorWithId('document_not_found', rowId);
    case 'duplicate':
    case 'conflict':
      return new ApiError('transaction_conflict');
    case 'structure':
      return new ApiError('document_invalid_structure', failure.message);
    case 'limit':
      return new ApiError('attribute_limit_exceeded', `Attribute value exceeds the limit of ${failure.message}`);
    case 'type':
    case 'argument':
    case 'sql':
      return new ApiError('general_unknown', 'Server Error');
  }
}

/**
 * Watches the rows that a commit changes. Call the returned function when the commit has ended: for rows that were read
 * meanwhile `getRow` then keeps serving the old state; for all rows if `leavesCacheStale`.
 */
function watchForStaleReads(
  { project, rows, stale }: Parts,
  staged: readonly Staged[],
  leavesCacheStale: boolean,
): (committed: boolean) => void {
  const watched = staged.flatMap(({ databaseId, tableId, rowId }) => {
    const table = project.tables.get(tableKey(databaseId, tableId));
    if (!table || rowId === null) return [];
    const row = { table, rowId, before: rows.find(table, rowId), read: leavesCacheStale, unwatch: () => {} };
    row.unwatch = stale.watch(table, rowId, () => {
      row.read = true;
    });
    return [row];
  });
  return (committed) => {
    for (const { table, rowId, before, read, unwatch } of watched) {
      unwatch();
      if (committed && read) stale.keep(table, rowId, before);
    }
  };
}
