import { formatDate } from '../clock.ts';
import type { Database } from '../database.ts';
import { ApiError, missing } from '../http/errors.ts';
import { uniqueId } from '../ids.ts';

export type Transaction = {
  $id: string;
  $createdAt: string;
  $updatedAt: string;
  status: 'pending' | 'committing' | 'committed' | 'failed';
  operations: number;
  expiresAt: string;
};

export type Operation = {
  action: string;
  databaseId: string;
  tableId: string;
  rowId: string | null;
  data: unknown;
};

export type Staged = Operation & { stagedAt: number };

const columns = '"$id", "$createdAt", "$updatedAt", status, operations, expiresAt';

/** Open transactions and what is staged in them; both survive a restart. */
export class TransactionLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`CREATE TABLE IF NOT EXISTS transactions ("$id" TEXT PRIMARY KEY, "$createdAt" TEXT NOT NULL,
      "$updatedAt" TEXT NOT NULL, status TEXT NOT NULL, operations INTEGER NOT NULL, expiresAt TEXT NOT NULL)`);
    database.exec(`CREATE TABLE IF NOT EXISTS transactionLogs (number INTEGER PRIMARY KEY, transactionId TEXT NOT NULL,
      stagedAt INTEGER NOT NULL, action TEXT NOT NULL, databaseId TEXT NOT NULL, tableId TEXT NOT NULL, rowId TEXT,
      data TEXT NOT NULL)`);
    database.exec('CREATE INDEX IF NOT EXISTS transactionLogsOf ON transactionLogs (transactionId)');
  }

  create(now: number, ttl: number): Transaction {
    const id = uniqueId(now);
    const date = formatDate(now);
    this.#database.run(`INSERT INTO transactions (${columns}) VALUES (?, ?, ?, 'pending', 0, ?)`, [
      id,
      date,
      date,
      formatDate(now + ttl * 1000),
    ]);
    return this.get(id);
  }

  get(id: string): Transaction {
    const cells = this.#database.get(`SELECT ${columns} FROM transactions WHERE "$id" = ?`, [id]);
    if (!cells) throw missing('transaction_not_found', id);
    return { ...cells } as Transaction;
  }

  list(limit: number): Transaction[] {
    const rows = this.#database.all(`SELECT ${columns} FROM transactions ORDER BY rowid LIMIT ?`, [limit]);
    return rows.map((cells) => ({ ...cells }) as Transaction);
  }

  /** The transaction, if it can still be added to or committed. */
  open(id: string, now: number): Transaction {
    const transaction = this.get(id);
    if (transaction.status !== 'pending') throw new ApiError('transaction_not_ready');
    if (Date.parse(transaction.expiresAt) < now) throw new ApiError('transaction_expired');
    return transaction;
  }

  add(id: string, operations: readonly Operation[], stagedAt: number): Transaction {
    this.#database.atomically(() => {
      for (const { action, databaseId, tableId, rowId, data } of operations) {
        this.#database.run(
          `INSERT INTO transactionLogs (transactionId, stagedAt, action, databaseId, tableId, rowId, data)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [id, stagedAt, action, databaseId, tableId, rowId, JSON.stringify(data)],
        );
      }
      this.#database.run('UPDATE transactions SET operations = operations + ?, "$updatedAt" = ? WHERE "$id" = ?', [
        operations.length,
        formatDate(stagedAt),
        id,
      ]);
    });
    return this.get(id);
  }

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

  close(id: string, status: Transaction['status'], now: number): Transaction {
    this.#database.run('UPDATE transactions SET status = ?, "$updatedAt" = ? WHERE "$id" = ?', [
      status,
      formatDate(now),
      id,
    ]);
    this.#database.run('DELETE FROM transactionLogs WHERE transactionId = ?', [id]);
    return this.get(id);
  }

  remove(id: string): void {
    this.get(id);
    this.#database.run('DELETE FROM transactionLogs WHERE transactionId = ?', [id]);
    this.#database.run('DELETE FROM transactions WHERE "$id" = ?', [id]);
  }
}
