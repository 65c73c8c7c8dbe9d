import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { Engine, EngineName } from './database/engine.ts';
import { addTextFunctions } from './rows/text-functions.ts';

export type Cell = SQLInputValue;
export type Cells = Record<string, SQLOutputValue>;

const keptStatements = 500;
/** Writes after which the planner's statistics are refreshed. */
const writesBetweenRefreshes = 10_000;

/** The SQLite file that holds all data. WAL mode, so that a killed process loses nothing it has acknowledged. */
export class Database {
  /** The imitated database. */
  readonly engine: Engine;
  readonly #file: string;
  #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;
  #writes = 0;

  constructor(dataDir: string, engine: Engine) {
    this.engine = engine;
    mkdirSync(dataDir, { recursive: true });
    this.#file = join(dataDir, 'appwrite.db');
    // Readable by its owner only, as the secrets beside it; SQLite gives its other files the same mode.
    closeSync(openSync(this.#file, 'a', 0o600));
    chmodSync(this.#file, 0o600);
    this.#sqlite = open(this.#file, this.engine);
  }

  exec(sql: string): void {
    this.#sqlite.exec(sql);
  }

  all(sql: string, values: readonly Cell[] = []): Cells[] {
    return this.#read(sql, (statement) => statement.all(...values));
  }

  get(sql: string, values: readonly Cell[] = []): Cells | undefined {
    return this.#read(sql, (statement) => statement.get(...values));
  }

  run(sql: string, values: readonly Cell[] = []): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    this.#writes += 1;
    if (this.#writes >= writesBetweenRefreshes && this.#depth === 0) this.#refreshStatistics();
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  /** Runs the work in a transaction, or in a savepoint if one is open. Rolls back and rethrows if it throws. */
  atomically<T>(work: () => T): T {
    const name = `level${this.#depth}`;
    this.exec(this.#depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`);
    this.#depth += 1;
    try {
      const result = work();
      this.#depth -= 1;
      this.exec(this.#depth === 0 ? 'COMMIT' : `RELEASE ${name}`);
      if (this.#writes >= writesBetweenRefreshes && this.#depth === 0) this.#refreshStatistics();
      return result;
    } catch (error) {
      this.#rollback(name);
      throw error;
    }
  }

  /** Runs the work, returns its result and rolls it back. */
  dryRun<T>(work: () => T): T {
    this.exec('SAVEPOINT dryRun');
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#rollback('dryRun');
    }
  }

  /** The whole database as the bytes of one file. */
  save(): Uint8Array {
    this.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return readFileSync(this.#file);
  }

  /** Replaces the database by a saved one. */
  load(saved: Uint8Array): void {
    this.close();
    for (const end of ['-wal', '-shm']) rmSync(this.#file + end, { force: true });
    writeFileSync(this.#file, saved);
    this.#sqlite = open(this.#file, this.engine);
  }

  close(): void {
    this.#statements.clear();
    this.#sqlite.close();
  }

  /**
   * Refreshes the planner's statistics. Without them it sorts a whole table instead of walking an index for one page.
   */
  #refreshStatistics(): void {
    this.#writes = 0;
    this.exec('PRAGMA optimize = 0x10002');
  }

  #rollback(name: string): void {
    this.#depth = Math.max(0, this.#depth - 1);
    if (!this.#sqlite.isTransaction) return;
    if (this.#depth === 0) this.exec('ROLLBACK');
    else this.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
  }

  /** Reads whole numbers beyond 2^53 as the nearest JavaScript number. */
  #read<T>(sql: string, read: (statement: StatementSync) => T): T {
    const statement = this.#prepare(sql);
    try {
      return read(statement);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    statement.setReadBigInts(true);
    try {
      const found = read(statement);
      for (const cells of [found ?? []].flat() as Cells[]) {
        for (const [key, cell] of Object.entries(cells)) if (typeof cell === 'bigint') cells[key] = Number(cell);
      }
      return found;
    } finally {
      statement.setReadBigInts(false);
    }
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

function open(file: string, engine: Engine): DatabaseSync {
  const sqlite = new DatabaseSync(file);
  // A commit writes whole pages, and a new row changes a page of each index. With pages of 2 KiB instead of 4 KiB, a
  // request that adds a row to a table with 29 indexes takes a tenth less time. With 1 KiB, lists that read thousands
  // of rows take more than twice as long. An existing file keeps its page size.
  sqlite.exec('PRAGMA page_size = 2048');
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536');
  addTextFunctions(sqlite, engine);
  checkEngine(sqlite, engine);
  return sqlite;
}

/** `user_version` of the file. 0 is a new file, or one of an older version whose indexes have another collation. */
const formats: Record<EngineName, number> = { mariadb: 2, postgresql: 3, mongodb: 4 };

/** Throws for a file of another database, because its indexes hold that database's sort keys. */
function checkEngine(sqlite: DatabaseSync, { name }: Engine): void {
  const format = Number(sqlite.prepare('PRAGMA user_version').get()?.user_version);
  if (format === formats[name]) return;
  const isNew = format === 0 && sqlite.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (isNew) {
    sqlite.exec(`PRAGMA user_version = ${formats[name]}`);
    return;
  }
  sqlite.close();
  const owner = Object.entries(formats).find(([, number]) => number === format)?.[0] ?? 'an older version';
  throw new Error(`The data folder was made for ${owner}, not for ${name}. Choose another one, or remove it.`);
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
