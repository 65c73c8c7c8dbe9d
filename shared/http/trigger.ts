import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { lazyStorageConfig, openStorage, type StorageDeps } from '#shared/compose.ts';
import type { StorageConfig } from '#shared/config.ts';
import { SECOND } from '#shared/domain/clock.ts';
import { Refusal } from '#shared/domain/problems.ts';
import type { Incoming, Outgoing } from './runtime.ts';
import { serve, type Trace } from './serve.ts';

/** A deleted row. `columns` comes from the event and is only a hint. */
export type DeletedRow = { tableId: string; rowId: string; columns: unknown };

/** Both spellings: a single delete names tables and rows, a bulk delete the legacy collections and documents. */
const DELETED = /^databases\.([\w-]+)\.(?:tables|collections)\.([\w-]+)\.(?:rows|documents)\.([a-z0-9]{1,36})\.delete$/;

/** As `DELETED`, for a row that was created. */
const CREATED = /^databases\.([\w-]+)\.(?:tables|collections)\.([\w-]+)\.(?:rows|documents)\.([a-z0-9]{1,36})\.create$/;

/** Below the functions' timeout of 120 s, so that failures are still logged. */
const BUDGET_MS = 110 * SECOND;
/** A row has at most about 100 kB. */
const MAX_BODY_BYTES = 1_000_000;

function columnsIn(body: Uint8Array): unknown {
  if (body.byteLength > MAX_BODY_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

function deletedRow({ trigger, event, body }: Incoming): DeletedRow {
  const [, databaseId, tableId, rowId] = (trigger === 'event' && event && DELETED.exec(event)) || [];
  if (databaseId === DATABASE_ID && tableId && rowId) return { tableId, rowId, columns: columnsIn(body) };
  throw new Refusal('forbidden', 'This function is called by row-delete events only.');
}

/**
 * The id of the row that was created in this table; undefined for a scheduled run or a POST execution made with a key.
 */
function createdRow({ trigger, event, method }: Incoming, tableId: string): string | undefined {
  if (trigger === 'schedule' || (trigger === 'http' && method === 'POST')) return undefined;
  const [, databaseId, table, rowId] = (trigger === 'event' && event && CREATED.exec(event)) || [];
  if (databaseId === DATABASE_ID && table === tableId && rowId) return rowId;
  throw new Refusal('forbidden', 'This function is called by its schedule and by new rows only.');
}

type Opened = (incoming: Incoming, trace: Trace) => StorageDeps;

function opener(config: () => StorageConfig, route: string): Opened {
  return (incoming, trace) => {
    const deps = openStorage(config(), { key: incoming.key, budgetMs: BUDGET_MS });
    Object.assign(trace, { route, deps });
    return deps;
  };
}

function reply(report: unknown) {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status: 200, headers, body: JSON.stringify(report) };
}

/**
 * Answers the readiness check of a deployment, a GET execution made with a key: the settings can be read, and Appwrite
 * answers. Only keys can make such an execution, since `execute` is empty.
 */
async function answerReadinessCheck(deps: StorageDeps): Promise<Outgoing> {
  await deps.store.state.findMany(['maintenance']);
  return reply({ ready: true });
}

const isReadinessCheck = ({ trigger, method }: Incoming) => trigger === 'http' && method === 'GET';

type Answering = (incoming: Incoming, trace: Trace, open: () => StorageDeps) => Promise<unknown>;

/** A function without clients: reports whether it is ready, or does its work and answers with the result. */
function createTriggered(route: string, config: () => StorageConfig, work: Answering) {
  const open = opener(config, route);
  return serve(async (incoming, trace) => {
    const openFor = () => open(incoming, trace);
    if (isReadinessCheck(incoming)) return answerReadinessCheck(openFor());
    return reply(await work(incoming, trace, openFor));
  });
}

/** The default export of a function that reacts to deleted rows. */
export function createDeletionFunction(
  work: (deleted: DeletedRow, deps: StorageDeps) => Promise<unknown>,
  config = lazyStorageConfig(),
) {
  return createTriggered('deleted', config, async (incoming, _trace, open) => work(deletedRow(incoming), open()));
}

/**
 * The default export of a function that runs on its schedule or by a POST execution made with a key. Logs the report of
 * `work`, which must be safe to run twice at once.
 */
export function createScheduleFunction<Report, Settings extends StorageConfig>(
  work: (deps: StorageDeps, config: Settings) => Promise<Report>,
  alarmOf: (report: Report) => string | undefined,
  config: () => Settings,
) {
  return createTriggered('schedule', config, async (incoming, trace, open) => {
    const asked = incoming.trigger === 'http' && incoming.method === 'POST';
    if (incoming.trigger !== 'schedule' && !asked) {
      throw new Refusal('forbidden', 'This function is called by its schedule only.');
    }
    const report = await work(open(), config());
    const alarm = alarmOf(report);
    Object.assign(trace, { report }, alarm === undefined ? {} : { alarm });
    return report;
  });
}

/**
 * The default export of a function that runs for new rows of a table, on its schedule, or by a POST execution made with
 * a key. `work` gets the id of the new row, or undefined.
 */
export function createRowFunction<Settings extends StorageConfig>(
  tableId: string,
  work: (rowId: string | undefined, deps: StorageDeps, config: Settings) => Promise<unknown>,
  config: () => Settings,
) {
  return createTriggered(tableId, config, async (incoming, trace, open) => {
    const rowId = createdRow(incoming, tableId);
    const report = await work(rowId, open(), config());
    Object.assign(trace, { report });
    return report;
  });
}
