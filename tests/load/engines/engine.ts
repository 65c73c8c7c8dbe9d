import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MINUTE } from '#shared/domain/clock.ts';
import type { Dialect } from './sql.ts';

/** The cost of one statement as the engine reports it: the rows that it read, and those that it sorted. */
export type Cost = { ms: number; examined: number; sorted: number };
export type Row = Record<string, unknown>;

/** A temporary database server with a connection to it. */
export type Engine = {
  dialect: Dialect;
  version: string;
  execute(sql: string): Promise<void>;
  /** Loads a file of tab-separated values into these columns. */
  load(table: string, columns: readonly string[], file: string): Promise<void>;
  run(sql: string): Promise<{ rows: Row[]; cost: Cost }>;
  stop(): Promise<void>;
};

/** The path of a program in one of these folders or in PATH; undefined when it is missing. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const path = [...folders, ...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return path.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** The folders of Debian's PostgreSQL programs, the newest version first. */
export function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  return versions.map((version) => `${root}/${version}/bin`);
}

/** Starts a server, which is killed when this process ends. */
export function startServer(
  command: string,
  args: readonly string[],
  options: { uid?: number; gid?: number },
): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** Ends a server and waits for it. */
export async function endServer(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Repeats the attempt until it succeeds; throws its last error after a minute. */
export async function untilReady<T>(attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + MINUTE;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
