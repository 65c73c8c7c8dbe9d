import { join } from 'node:path';
import { Keys } from './access/keys.ts';
import { MovableClock } from './clock.ts';
import { engineNamed } from './database/engine.ts';
import { Database } from './database.ts';
import { EventBus } from './events/bus.ts';
import { Faults } from './faults/faults.ts';
import { FunctionDomain } from './functions/domain.ts';
import { ExecutionLog } from './functions/execution-log.ts';
import { Executions } from './functions/executions.ts';
import { FunctionHosts } from './functions/hosts.ts';
import { Scheduler } from './functions/scheduler.ts';
import { Api } from './http/api.ts';
import { CallLog } from './http/call-log.ts';
import { Cors } from './http/cors.ts';
import { Router } from './http/router.ts';
import type { LocalAppwriteOptions } from './index.ts';
import { InspectionApi } from './inspection/inspection-api.ts';
import { inspectionRoutes } from './inspection/routes.ts';
import { Snapshots } from './inspection/snapshots.ts';
import { Messaging } from './messaging/messaging.ts';
import type { Platform } from './platform.ts';
import type { Print } from './print.ts';
import { Management } from './project/management.ts';
import { openDefinitions, openProject } from './project/open.ts';
import { allRoutes } from './routes/all.ts';
import { ensureTable } from './rows/schema.ts';
import { StaleRows } from './rows/stale-rows.ts';
import { RowStore } from './rows/store.ts';
import { RowWriter } from './rows/writer.ts';
import { LocalServer } from './server.ts';
import { FileStore } from './storage/file-store.ts';
import { FileTokens } from './storage/tokens.ts';
import { Transactions } from './transactions/transactions.ts';
import { Workers } from './workers.ts';

/** Creates and connects all parts; does not listen yet. */
export function assemble(options: LocalAppwriteOptions) {
  const { proxy = true } = options;
  const workers = options.workers === undefined ? undefined : new Workers(options.workers, { proxy });
  const address = { port: 0 };
  const print = options.log ?? (() => {});
  const moveListeners: (() => void)[] = [];
  const clock = new MovableClock(options.clock, () => {
    for (const listener of moveListeners) listener();
  });
  const database = new Database(options.dataDir, engineNamed(options.database ?? 'mariadb'));
  // In one transaction, because a new folder takes some hundred statements to create its tables.
  const platform = database.atomically(() => makePlatform(options, { database, clock, address, print }));
  const { project, keys, executions, faults, hosts, management } = platform;
  const calls = new CallLog();
  const api = new Api({
    router: new Router(allRoutes(platform)),
    keys,
    calls,
    faults,
    cors: new Cors(options.webPlatforms ?? []),
    print: options.log,
    projectId: project.id,
    killFunction: (id) => hosts.end(id),
  });
  const domain = new FunctionDomain({
    project,
    executions,
    print,
    functionOfHost: (host) => management.functionOfHost(host),
  });
  const scheduler = new Scheduler({ project, clock, executions });
  const snapshots = new Snapshots({ platform, scheduler, dataDir: options.dataDir });
  const inspection = new InspectionApi(new Router(inspectionRoutes({ platform, calls, snapshots })));
  const { origin = {}, delays = false } = options;
  const server = new LocalServer({ api, domain, inspection, origin, print, workers, delays });
  moveListeners.push(() => scheduler.tick());
  moveListeners.push(() => platform.messaging.tick());
  return { platform, server, scheduler, calls, snapshots, address };
}

type Environment = { database: Database; clock: MovableClock; address: { port: number }; print: Print };

function makePlatform(options: LocalAppwriteOptions, { database, clock, address, print }: Environment): Platform {
  const project = openProject(options);
  for (const table of project.tables.values()) ensureTable(database, table);
  const rows = new RowStore(database);
  const stale = new StaleRows();
  const writer = new RowWriter({ rows, clock, stale, database });
  const variables = { ...options.variables };
  const definitions = openDefinitions(options, { database, clock, variables });
  const keys = new Keys({ dataDir: options.dataDir, projectId: project.id, clock, definitions });
  const hosts = new FunctionHosts({
    project,
    print,
    variables,
    node: options.runtimeNode ?? process.execPath,
    // Only for declared functions: each deployment has its own folder, so its compiled code would be used only once.
    reuseCompiled: definitions.declared && (options.reuseCompiled ?? true),
    endpoint: () => `http://127.0.0.1:${address.port}/v1`,
  });
  const deploymentsDir = join(options.dataDir, 'deployments');
  const log = new ExecutionLog(database);
  const faults = new Faults();
  const pace = options.pace ?? 5;
  const messaging = new Messaging({ database, rows, writer, clock, faults, pace: 20 * pace });
  if (definitions.declared) messaging.useInbox();
  const executions = new Executions({ keys, clock, hosts, log, syncTimeout: options.syncTimeout ?? 30, print });
  return {
    project,
    clock,
    faults,
    database,
    engine: database.engine,
    keys,
    rows,
    writer,
    stale,
    transactions: new Transactions({ database, project, rows, writer, clock, stale }),
    events: new EventBus(project, faults, (spec, event) => deliver(executions, spec, event)),
    files: new FileStore({ database, project, rows, writer }, options.dataDir),
    tokens: new FileTokens({ database, clock, secret: keys.signingSecret }),
    hosts,
    executions,
    management: new Management({
      project,
      definitions,
      database,
      clock,
      hosts,
      variables,
      deploymentsDir,
      pace,
    }),
    messaging,
  };
}

type Delivery = Parameters<ConstructorParameters<typeof EventBus>[2]>;

async function deliver(executions: Executions, ...[spec, event]: Delivery): Promise<void> {
  const headers = {
    'user-agent': 'Appwrite/1.9.6',
    'content-type': 'application/json',
    'x-appwrite-event': event.name,
  };
  const body = Buffer.from(JSON.stringify(event.payload));
  await executions.runInBackground({ spec, trigger: 'event', method: 'POST', path: '/', headers, body });
}
