import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { fold } from './rows/fold.ts';

export type Cell = SQLInputValue;
export type Cells = Record<string, SQLOutputValue>;

const keptStatements = 500;

/** The one SQLite file behind everything. WAL, so that a killed process loses nothing it had answered for. */
export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#sqlite = new DatabaseSync(join(dataDir, 'appwrite.db'));
    this.exec('PRAGMA journal_mode = WAL');
    this.exec('PRAGMA synchronous = NORMAL');
    this.exec('PRAGMA cache_size = -65536');
    this.#sqlite.function('fold', { deterministic: true }, (value) =>
      typeof value === 'string' ? fold(value) : value,
    );
    this.#sqlite.function('matches', { deterministic: true }, (pattern, value) =>
      typeof value === 'string' && new RegExp(String(pattern), 'iu').test(value) ? 1 : 0,
    );
  }

  exec(sql: string): void {
    this.#sqlite.exec(sql);
  }

  all(sql: string, values: readonly Cell[] = []): Cells[] {
    return this.#prepare(sql).all(...values);
  }

  get(sql: string, values: readonly Cell[] = []): Cells | undefined {
    return this.#prepare(sql).get(...values);
  }

  run(sql: string, values: readonly Cell[] = []): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  /** Everything or nothing; nests. */
  atomically<T>(work: () => T): T {
    const name = `level${this.#depth}`;
    this.exec(this.#depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`);
    this.#depth += 1;
    try {
      const result = work();
      this.#depth -= 1;
      this.exec(this.#depth === 0 ? 'COMMIT' : `RELEASE ${name}`);
      return result;
    } catch (error) {
      this.#undo(name);
      throw error;
    }
  }

  /** Runs the work, hands back what it saw, and takes back what it did. */
  pretending<T>(work: () => T): T {
    this.exec('SAVEPOINT pretence');
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#undo('pretence');
    }
  }

  close(): void {
    this.#statements.clear();
    this.#sqlite.close();
  }

  #undo(name: string): void {
    this.#depth = Math.max(0, this.#depth - 1);
    if (!this.#sqlite.isTransaction) return;
    if (this.#depth === 0) this.exec('ROLLBACK');
    else this.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= keptStatements) this.#statements.clear();
    const statement = this.#sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
