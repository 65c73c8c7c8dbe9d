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
  /** Where everything is kept; made when missing. */
  dataDir: string;
  /** 0, the default, takes any free port. The host is always 127.0.0.1. */
  port?: number;
  /** The appwrite.json that declares the project, by its path or read already; without one it starts empty and is made by management calls. */
  config?: ProjectConfig;
  /** The id of a project that no file declares. */
  projectId?: string;
  /** The database that the imitated Appwrite runs on; `mariadb` by default. A data folder belongs to one of them. */
  database?: EngineName;
  clock?: Clock;
  log?: Print;
  /** Variables of functions by id; those under `*` go to all. */
  variables?: Record<string, Record<string, string>>;
  /** Which function answers a path prefix on the plain origin. */
  origin?: Record<string, string>;
  /** Host names of browser apps that may call `/v1`; this machine always may. */
  webPlatforms?: string[];
  /** The Node that runs the functions; the one that runs this by default. */
  runtimeNode?: string;
  /**
   * Whether the functions of `config` reuse the code that earlier processes have compiled, which saves some 12 ms of each
   * start; true by default. A real Appwrite does not, so measure cold starts with false.
   */
  reuseCompiled?: boolean;
  /** Milliseconds that making a column, an index or a build's next state takes; 5 by default. */
  pace?: number;
  /** Seconds after which a waiting caller is sent away; 30 on the platform. */
  syncTimeout?: number;
  /** Serves with so many workers as 1.9.6 does, each one request at a time; without it all requests at once. */
  workers?: number;
  /** With workers: whether a proxy stands in front of them, so that they know the domains of functions; true by default. */
  proxy?: boolean;
  /** Takes as long for each call as a real one: 6 ms to read, 12 ms to write, 17 ms more for an execution. */
  delays?: boolean;
};

export type LocalAppwrite = {
  url: string;
  endpoint: string;
  projectId: string;
  apiKey: string;
  /** The base URL of a function's own domain; connect to `url` and set its host as the Host header. */
  functionUrl(functionId: string): string;
  /** The Host header that reaches the function. */
  functionHost(functionId: string): string;
  /** Until all requests are answered, all events delivered and all executions finished. */
  settle(): Promise<void>;
  close(): Promise<void>;
  clock: ClockControl;
  calls: CallLog;
  /** What shall go wrong. */
  faults: Faults;
  /** Rows, files and time as they are now, once everything has settled. */
  snapshot(): Promise<Snapshot>;
  /** Back to that moment in a few milliseconds; function processes live on, with what they remember. */
  restore(snapshot: Snapshot): Promise<void>;
  /** No rows, no files; the tables and buckets themselves stay. */
  reset(): Promise<void>;
  /** Ends a function's process as the kernel would; the next request starts a new one. */
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
