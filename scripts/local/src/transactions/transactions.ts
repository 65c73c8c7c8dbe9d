import type { MovableClock } from '../clock.ts';
import type { Database } from '../database.ts';
import { ApiError, missing } from '../http/errors.ts';
import type { Project } from '../project/types.ts';
import type { StaleRows } from '../rows/stale-rows.ts';
import type { RowStore } from '../rows/store.ts';
import { RowFailure } from '../rows/types.ts';
import type { RowWriter } from '../rows/writer.ts';
import { type Operation, type Transaction, TransactionLog } from './log.ts';
import { type Change, Replay } from './replay.ts';
import { unpurged } from './unpurged.ts';

type Parts = {
  database: Database;
  project: Project;
  rows: RowStore;
  writer: RowWriter;
  clock: MovableClock;
  stale: StaleRows;
};

const largest = 100;

/** Staging and committing, with the time of staging as the guard of every row. */
export class Transactions {
  readonly log: TransactionLog;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.log = new TransactionLog(parts.database);
  }

  create(ttl: number): Transaction {
    return this.log.create(this.#parts.clock.now(), ttl);
  }

  stage(id: string, operations: readonly Operation[]): Transaction {
    const transaction = this.log.open(id, this.#parts.clock.now());
    const total = transaction.operations + operations.length;
    if (total > largest) {
      throw new ApiError(
        'transaction_limit_exceeded',
        `Transaction already has ${transaction.operations} operations, adding ${operations.length} would exceed the maximum of ${largest}`,
      );
    }
    return this.log.add(id, operations, this.#parts.clock.stamp());
  }

  /** Reads as if the transaction had been committed. */
  within<T>(id: string, read: () => T): T {
    const staged = this.log.staged(this.log.open(id, this.#parts.clock.now()).$id);
    return this.#parts.database.pretending(() => {
      const replay = new Replay(this.#parts);
      for (const operation of staged) {
        try {
          replay.apply({ ...operation, stagedAt: Number.MAX_SAFE_INTEGER });
        } catch (error) {
          if (!(error instanceof RowFailure)) throw error;
        }
      }
      return read();
    });
  }

  /**
   * Takes a moment, in which others may read; `unlucky` is as if they always did.
   * The cache of rows keeps what it had where they do, as it does now and then on the real one.
   */
  async commit(id: string, unlucky = false): Promise<{ transaction: Transaction; changes: Change[] }> {
    this.log.open(id, this.#parts.clock.now());
    const done = unpurged(this.#parts, this.log.staged(id), unlucky);
    try {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const changes = this.#replay(id);
      done(true);
      return { transaction: this.log.get(id), changes };
    } catch (error) {
      done(false);
      throw error;
    }
  }

  #replay(id: string): Change[] {
    this.log.open(id, this.#parts.clock.now());
    const replay = new Replay(this.#parts);
    try {
      this.#parts.database.atomically(() => {
        for (const operation of this.log.staged(id)) replay.apply(operation);
        this.log.close(id, 'committed', this.#parts.clock.now());
      });
    } catch (error) {
      this.log.close(id, 'failed', this.#parts.clock.now());
      throw error instanceof RowFailure ? commitError(error, replay.currentRowId) : error;
    }
    return replay.changes;
  }

  rollback(id: string): Transaction {
    this.log.open(id, this.#parts.clock.now());
    return this.log.close(id, 'failed', this.#parts.clock.now());
  }
}

/** A commit speaks of documents and attributes even when tables were meant. */
function commitError(failure: RowFailure, rowId: string): ApiError {
  switch (failure.kind) {
    case 'missing':
    case 'column':
      return missing('document_not_found', rowId);
    case 'duplicate':
    case 'conflict':
      return new ApiError('transaction_conflict');
    case 'structure':
      return new ApiError('document_invalid_structure', failure.message);
    case 'limit':
      return new ApiError('attribute_limit_exceeded', `Attribute value exceeds the limit of ${failure.message}`);
    case 'type':
      return new ApiError('general_unknown', 'Server Error');
  }
}
