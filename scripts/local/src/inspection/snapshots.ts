import { join } from 'node:path';
import type { Scheduler } from '../functions/scheduler.ts';
import type { Platform } from '../platform.ts';
import { sqlName } from '../rows/schema.ts';
import { FolderImage } from '../storage/folder-image.ts';
import { transactionTable } from '../transactions/log.ts';

/** Rows, files and clock offset at one moment; kept in memory. */
export type Snapshot = { readonly database: Uint8Array; readonly files: FolderImage; readonly offset: number };

type Parts = { platform: Platform; scheduler: Scheduler; dataDir: string };

/** Takes and restores snapshots, and empties the project. Only safe while no request is running. */
export class Snapshots {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  take(): Snapshot {
    const { platform, dataDir } = this.#parts;
    return {
      database: platform.database.save(),
      files: new FolderImage(join(dataDir, 'files')),
      offset: platform.clock.offset(),
    };
  }

  restore({ database, files, offset }: Snapshot): void {
    const { platform, scheduler } = this.#parts;
    platform.faults.dropLate();
    platform.stale.clear();
    platform.database.load(database);
    files.restore();
    platform.clock.setOffset(offset);
    scheduler.replan();
  }

  /** Empties tables, buckets, users, messages and logs. Definitions and messaging providers stay. */
  clear(): void {
    const { project, database, files, faults, stale } = this.#parts.platform;
    faults.dropLate();
    stale.clear();
    const buckets = [...project.buckets.values()].map((bucket) => files.table(bucket));
    const tables = [...project.tables.values(), ...buckets, transactionTable];
    const names = [...tables.map(sqlName), 'transactionLogs', 'fileTokens', 'executions'];
    for (const bucket of project.buckets.values()) files.empty(bucket);
    this.#parts.platform.messaging.clear();
    database.atomically(() => {
      for (const name of names) database.run(`DELETE FROM ${name}`);
    });
  }
}
