import type { Keys } from './access/keys.ts';
import type { MovableClock } from './clock.ts';
import type { Engine } from './database/engine.ts';
import type { Database } from './database.ts';
import type { EventBus } from './events/bus.ts';
import type { Faults } from './faults/faults.ts';
import type { Executions } from './functions/executions.ts';
import type { FunctionHosts } from './functions/hosts.ts';
import type { Messaging } from './messaging/messaging.ts';
import type { Management } from './project/management.ts';
import type { Project } from './project/types.ts';
import type { StaleRows } from './rows/stale-rows.ts';
import type { RowStore } from './rows/store.ts';
import type { RowWriter } from './rows/writer.ts';
import type { FileStore } from './storage/file-store.ts';
import type { FileTokens } from './storage/tokens.ts';
import type { Transactions } from './transactions/transactions.ts';

/** The services that calls use. Each handler takes those it needs. */
export type Platform = {
  project: Project;
  clock: MovableClock;
  faults: Faults;
  database: Database;
  engine: Engine;
  keys: Keys;
  rows: RowStore;
  writer: RowWriter;
  stale: StaleRows;
  transactions: Transactions;
  events: EventBus;
  files: FileStore;
  tokens: FileTokens;
  hosts: FunctionHosts;
  executions: Executions;
  management: Management;
  messaging: Messaging;
};
