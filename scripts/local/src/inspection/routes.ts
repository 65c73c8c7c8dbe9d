import { formatDate } from '../clock.ts';
import { readRule } from '../faults/fault.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import type { CallLog } from '../http/call-log.ts';
import { describeCall } from '../http/describe-call.ts';
import { ApiError, errorWithId, invalidParam } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import { tableKey } from '../project/types.ts';
import { isDate } from '../rows/cells.ts';
import { makePlan } from '../rows/plan.ts';
import { readInbox } from './inbox.ts';
import { overview, showFault } from './overview.ts';
import type { Snapshots } from './snapshots.ts';

type Parts = { platform: Platform; calls: CallLog; snapshots: Snapshots };

const ok = (body: unknown): Reply => ({ status: 200, body });

/** The routes for developers, besides Appwrite's own. */
export function inspectionRoutes(parts: Parts): Route[] {
  const { platform, calls, snapshots } = parts;
  const { faults, hosts } = platform;
  const route = (method: string, path: string, handle: Route['handle']): Route => ({
    method,
    path: `/_local${path}`,
    scopes: [],
    handle,
  });
  return [
    route('GET', '/', () => ok(overview(platform, calls))),
    route('GET', '/tables/:databaseId/:tableId', (call) => ok(rowsOf(platform, call))),
    route('GET', '/buckets/:bucketId', (call) => ok(filesOf(platform, call))),
    route('GET', '/inbox', (call) => readInbox(platform.messaging, call, wanted(call, 100))),
    route('GET', '/calls', (call) => ok(lastCalls(calls, call))),
    route('DELETE', '/calls', () => {
      calls.clear();
      return { status: 204 };
    }),
    route('GET', '/faults', () => ok({ faults: faults.list().map(showFault) })),
    route('POST', '/faults', ({ body }) => ({ status: 201, body: showFault(faults.add(readRule(body))) })),
    route('DELETE', '/faults', () => {
      faults.clear();
      return { status: 204 };
    }),
    route('POST', '/faults/late', async () => ok({ applied: await faults.applyLate() })),
    route('POST', '/clock', (call) => ok(moveClock(platform, call))),
    route('POST', '/functions/:functionId/kill', async (call) => {
      await hosts.end(param(call, 'functionId'));
      return { status: 204 };
    }),
    route('POST', '/reset', () => {
      snapshots.clear();
      return { status: 204 };
    }),
  ];
}

function rowsOf({ project, rows }: Platform, call: Call) {
  const table = project.tables.get(tableKey(param(call, 'databaseId'), param(call, 'tableId')));
  if (!table) throw errorWithId('table_not_found', param(call, 'tableId'));
  return { rows: rows.list(table, newest(call)) };
}

function filesOf({ project, files }: Platform, call: Call) {
  const bucket = project.buckets.get(param(call, 'bucketId'));
  if (!bucket) throw new ApiError('storage_bucket_not_found');
  return { files: files.rows.list(files.table(bucket), newest(call)) };
}

/** A plan for the newest rows or files; as many as `limit` asks for, 25 by default. */
function newest(call: Call) {
  const nothing = { id: '', databaseId: '', name: '', rowSecurity: false, permissions: [], columns: [], indexes: [] };
  const order = { method: 'orderDesc', attribute: '$sequence', values: [], queries: [] };
  return { ...makePlan(nothing, [order]), limit: wanted(call, 25) };
}

function lastCalls(calls: CallLog, call: Call) {
  const all = calls.all();
  return { total: all.length, calls: all.slice(-wanted(call, 50)).map(describeCall) };
}

function wanted({ query }: Call, fallback: number): number {
  const limit = Number(query.limit ?? fallback);
  if (!Number.isInteger(limit) || limit < 1) throw invalidParam('limit', 'Value must be a whole number from 1 on');
  return limit;
}

function moveClock({ clock }: Platform, { body }: Call) {
  const { advance, moveTo } = body;
  if (typeof advance === 'number') clock.advance(advance);
  else if (isDate(moveTo)) clock.moveTo(moveTo);
  else throw invalidParam('advance', 'Send milliseconds as advance, or a date as moveTo');
  return { time: formatDate(clock.now()) };
}
