import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { assemble } from './assemble.ts';
import { claimFolder } from './claim-folder.ts';
import type { Clock, ClockControl } from './clock.ts';
import type { EngineName } from './database/engine.ts';
import type { Faults } from './faults/faults.ts';
import type { CallLog } from './http/call-log.ts';
import type { Snapshot } from './inspection/snapshots.ts';
import type { Print } from './print.ts';
import type { ProjectConfig } from './project/read.ts';

export type { Clock } from './clock.ts';
export type { EngineName } from './database/engine.ts';
export type { CallRule, EventRule, FaultRule } from './faults/fault.ts';
export type { Faults, PlannedFault } from './faults/faults.ts';
export type { Snapshot } from './inspection/snapshots.ts';

export type LocalAppwriteOptions = {
  /** Folder of the database, files and secrets; created if missing. */
  dataDir: string;
  /** 0, the default, takes any free port. The host is always 127.0.0.1. */
  port?: number;
  /**
   * The appwrite.json that declares the project: its path, or its parsed content. Without it the project starts empty
   * and is created by management calls.
   */
  config?: ProjectConfig;
  /** The project id without `config`; `local` by default. */
  projectId?: string;
  /** The database of the imitated Appwrite; `mariadb` by default. A data folder belongs to one database. */
  database?: EngineName;
  clock?: Clock;
  log?: Print;
  /** Environment variables by function id; those under `*` go to all functions. */
  variables?: Record<string, Record<string, string>>;
  /** Function ids by path prefix of the plain origin. */
  origin?: Record<string, string>;
  /** Host names of web apps that may call `/v1`; pages of this machine always may. */
  webPlatforms?: string[];
  /** The Node binary for functions; by default the one that runs this process. */
  runtimeNode?: string;
  /**
   * Whether the functions of `config` reuse code that earlier processes have compiled; true by default. That saves
   * about 12 ms per start. A real Appwrite does not, so measure cold starts with false.
   */
  reuseCompiled?: boolean;
  /**
   * Milliseconds to create a column or an index, or for one step of a build; 5 by default. Messages take 20 times as
   * long.
   */
  pace?: number;
  /** Seconds after which a synchronous caller gets a timeout error; 30 by default, as on a real Appwrite. */
  syncTimeout?: number;
  /** Number of workers, which serve one request at a time as in 1.9.6; by default all requests are served at once. */
  workers?: number;
  /**
   * With workers: whether a proxy is in front of them, so that they recognise the domains of functions; true by
   * default.
   */
  proxy?: boolean;
  /** Delays each call by what a real Appwrite takes: 6 ms to read, 12 ms to write, 17 ms more for an execution. */
  delays?: boolean;
};

export type LocalAppwrite = {
  url: string;
  endpoint: string;
  projectId: string;
  apiKey: string;
  /** The base URL of a function's own domain; connect to `url` and send its host as the Host header. */
  functionUrl(functionId: string): string;
  /** The Host header that reaches the function. */
  functionHost(functionId: string): string;
  /** Waits until requests are answered, events and messages delivered, and executions finished. */
  settle(): Promise<void>;
  close(): Promise<void>;
  clock: ClockControl;
  calls: CallLog;
  /** The planned faults of calls, events and messages. */
  faults: Faults;
  /** Waits until everything has settled, then saves rows, files and time. */
  snapshot(): Promise<Snapshot>;
  /** Returns to that moment in a few milliseconds. Processes of functions keep running, with their memory. */
  restore(snapshot: Snapshot): Promise<void>;
  /** Removes all rows, files, users and messages; tables and buckets stay. */
  reset(): Promise<void>;
  /** Kills a function's process (SIGKILL); the next request starts a new one. */
  killFunction(functionId: string): void;
};

export async function startLocalAppwrite(options: LocalAppwriteOptions): Promise<LocalAppwrite> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const release = claimFolder(dataDir);
  const system = assemble({ ...options, dataDir });
  const port = await system.server.listen(options.port ?? 0).catch((error) => {
    system.platform.database.close();
    release();
    throw error;
  });
  system.address.port = port;
  system.scheduler.start();
  system.platform.messaging.start();
  const { platform, server, scheduler, calls, snapshots } = system;
  const settle = async () => {
    const { events, executions, messaging } = platform;
    while (!server.idle || !events.idle || !executions.idle || !messaging.idle) {
      await events.settled();
      await executions.settled();
      await new Promise((next) => setTimeout(next, 1));
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    endpoint: `http://127.0.0.1:${port}/v1`,
    projectId: platform.project.id,
    apiKey: platform.keys.apiKey,
    functionUrl: (id) => `http://${id}.functions.localhost:${port}`,
    functionHost: (id) => `${id}.functions.localhost:${port}`,
    settle,
    close: async () => {
      scheduler.stop();
      await server.close();
      platform.management.close();
      platform.messaging.close();
      platform.hosts.close();
      await platform.executions.settled();
      platform.database.close();
      release();
    },
    clock: platform.clock,
    calls,
    faults: platform.faults,
    snapshot: async () => {
      await settle();
      return snapshots.take();
    },
    restore: async (snapshot) => {
      await settle();
      snapshots.restore(snapshot);
    },
    reset: async () => {
      await settle();
      snapshots.clear();
    },
    killFunction: (id) => platform.hosts.kill(id),
  };
}
