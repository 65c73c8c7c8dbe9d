import type { Database } from '../database.ts';
import type { Execution } from './execution.ts';
import type { Job } from './executions.ts';

const kept = 10_000;

/** Executions in SQLite. Scheduled ones are stored with the job that runs them. */
export class ExecutionLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`CREATE TABLE IF NOT EXISTS executions (number INTEGER PRIMARY KEY, "$id" TEXT NOT NULL UNIQUE,
      functionId TEXT NOT NULL, execution TEXT NOT NULL, job TEXT)`);
  }

  save(execution: Execution): void {
    const { number } = this.#database.get(
      `INSERT INTO executions ("$id", functionId, execution) VALUES (?, ?, ?)
       ON CONFLICT ("$id") DO UPDATE SET execution = excluded.execution, job = NULL RETURNING number`,
      [execution.$id, execution.functionId, JSON.stringify(execution)],
    ) ?? { number: 0 };
    if (Number(number) % 100 === 0)
      this.#database.run('DELETE FROM executions WHERE number < ?', [Number(number) - kept]);
  }

  find(functionId: string, id: string): Execution | undefined {
    const cells = this.#database.get('SELECT execution FROM executions WHERE functionId = ? AND "$id" = ?', [
      functionId,
      id,
    ]);
    return cells && JSON.parse(String(cells.execution));
  }

  /** All stored executions of a function, oldest first. */
  list(functionId: string): Execution[] {
    const rows = this.#database.all('SELECT execution FROM executions WHERE functionId = ? ORDER BY number', [
      functionId,
    ]);
    return rows.map((row) => JSON.parse(String(row.execution)));
  }

  remove(id: string): void {
    this.#database.run('DELETE FROM executions WHERE "$id" = ?', [id]);
  }

  postpone(execution: Execution, { spec, body, ...job }: Job): void {
    this.save(execution);
    const stored = { ...job, functionId: spec.id, body: body.toString('base64') };
    this.#database.run('UPDATE executions SET job = ? WHERE "$id" = ?', [JSON.stringify(stored), execution.$id]);
  }

  postponed(): { execution: Execution; job: Omit<Job, 'spec'> }[] {
    return this.#database.all('SELECT execution, job FROM executions WHERE job IS NOT NULL').map((row) => {
      const job = JSON.parse(String(row.job));
      return { execution: JSON.parse(String(row.execution)), job: { ...job, body: Buffer.from(job.body, 'base64') } };
    });
  }
}
