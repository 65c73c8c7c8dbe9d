import { formatDate } from '../clock.ts';
import type { Database } from '../database.ts';
import { ApiError, type ErrorType, errorWithId } from '../http/errors.ts';
import { uniqueId } from '../ids.ts';
import type { Column, Table } from '../project/types.ts';
import type { Condition } from '../rows/conditions.ts';
import type { Plan } from '../rows/plan.ts';
import { ensureTable } from '../rows/schema.ts';
import type { RowStore } from '../rows/store.ts';
import type { Row } from '../rows/types.ts';

export type Status = 'pending' | 'committing' | 'committed' | 'failed';

export type Transaction = {
  $id: string;
  $createdAt: string;
  $updatedAt: string;
  status: Status;
  operations: number;
  expiresAt: string;
};

export type Operation = {
  action: string;
  databaseId: string;
  tableId: string;
  rowId: string | null;
  /** Fields, or a list of them for `bulkCreate` and `bulkUpsert`. */
  data: unknown;
};

export type Staged = Operation & { stagedAt: number };

/** Transactions are stored as rows, so that lists can use the query language of rows. */
export const transactionTable: Table = {
  id: 'transactions',
  databaseId: '$transactions',
  name: 'Transactions',
  rowSecurity: true,
  permissions: [],
  columns: [column('status', 'string'), column('operations', 'integer'), column('expiresAt', 'datetime')],
  indexes: [],
};

function column(key: string, type: string): Column {
  return { key, type, required: true, array: false, default: null };
}

/** Transactions and their staged operations; both survive a restart. */
export class TransactionLog {
  readonly #database: Database;
  readonly #rows: RowStore;

  constructor(database: Database, rows: RowStore) {
    this.#database = database;
    this.#rows = rows;
    ensureTable(database, transactionTable);
    database.exec(`CREATE TABLE IF NOT EXISTS transactionLogs (number INTEGER PRIMARY KEY, transactionId TEXT NOT NULL,
      stagedAt INTEGER NOT NULL, action TEXT NOT NULL, databaseId TEXT NOT NULL, tableId TEXT NOT NULL, rowId TEXT,
      data TEXT NOT NULL)`);
    database.exec('CREATE INDEX IF NOT EXISTS transactionLogsOf ON transactionLogs (transactionId)');
  }

  create(now: number, ttl: number): Transaction {
    const date = formatDate(now);
    const times = { $createdAt: date, $updatedAt: date, expiresAt: formatDate(now + ttl * 1000) };
    const row = { $id: uniqueId(now), ...times, $permissions: [], status: 'pending', operations: 0 };
    return toTransaction(this.#rows.insert(transactionTable, row));
  }

  find(id: string): Transaction | undefined {
    const row = this.#rows.find(transactionTable, id);
    return row && toTransaction(row);
  }

  list(plan: Plan, visible: Condition): { total: number; transactions: Transaction[] } {
    const total = this.#rows.count(transactionTable, plan, visible);
    return { total, transactions: this.#rows.list(transactionTable, plan, { visible }).map(toTransaction) };
  }

  /**
   * The transaction, if it is pending and has not expired; throws otherwise. `notPending`: the error for an ended one.
   */
  requirePending(id: string, now: number, notPending: ErrorType = 'transaction_not_ready'): Transaction {
    const transaction = this.find(id);
    if (!transaction) throw errorWithId('transaction_not_found', id);
    if (transaction.status !== 'pending') throw new ApiError(notPending);
    if (Date.parse(transaction.expiresAt) < now) throw new ApiError('transaction_expired');
    return transaction;
  }

  add(id: string, operations: readonly Operation[], stagedAt: number): Transaction {
    return this.#database.atomically(() => {
      for (const { action, databaseId, tableId, rowId, data } of operations) {
        this.#database.run(
          `INSERT INTO transactionLogs (transactionId, stagedAt, action, databaseId, tableId, rowId, data)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [id, stagedAt, action, databaseId, tableId, rowId, JSON.stringify(data)],
        );
      }
      return this.#change(id, stagedAt, (old) => ({ operations: Number(old.operations) + operations.length }));
    });
  }

  /** The staged operations, in order. */
  staged(id: string): Staged[] {
    return this.#database
      .all('SELECT * FROM transactionLogs WHERE transactionId = ? ORDER BY number', [id])
      .map((cells) => ({
        action: String(cells.action),
        databaseId: String(cells.databaseId),
        tableId: String(cells.tableId),
        rowId: cells.rowId === null ? null : String(cells.rowId),
        data: JSON.parse(String(cells.data)),
        stagedAt: Number(cells.stagedAt),
      }));
  }

  setStatus(id: string, status: Status, now: number): Transaction {
    if (status === 'committed' || status === 'failed') this.#removeOperations(id);
    return this.#change(id, now, () => ({ status }));
  }

  remove(id: string): void {
    const row = this.#rows.find(transactionTable, id);
    if (!row) throw errorWithId('transaction_not_found', id);
    this.#removeOperations(id);
    this.#rows.remove(transactionTable, row.$sequence);
  }

  #removeOperations(id: string): void {
    this.#database.run('DELETE FROM transactionLogs WHERE transactionId = ?', [id]);
  }

  #change(id: string, now: number, change: (old: Row) => Partial<Transaction>): Transaction {
    const old = this.#rows.find(transactionTable, id);
    if (!old) throw errorWithId('transaction_not_found', id);
    const next = { ...old, ...change(old), $updatedAt: formatDate(now) };
    this.#rows.update(transactionTable, old, next);
    return toTransaction(next);
  }
}

function toTransaction({ $sequence, $permissions, ...transaction }: Row): Transaction {
  return transaction as unknown as Transaction;
}
