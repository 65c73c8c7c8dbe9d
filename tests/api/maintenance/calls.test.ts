import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAppwrite } from 'local-appwrite';
import { Query } from 'node-appwrite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import type { MaintenanceReport } from '#shared/services/maintenance/run.ts';
import { fillComplaints } from '#tests/load/fill/import.ts';
import { type Service, startService } from '../../support/harness.ts';
import { runAndReadLog } from '../../support/maintenance-log.ts';

const MAX_CALLS_IDLE = 10;
const MAX_CALLS = 200;
/** More than the 5,000 rows that Appwrite counts. */
const MANY = 6_000;

const services = new Map<number, Service>();

async function filledService(complaints: number): Promise<Service> {
  const dataDir = await mkdtemp(join(tmpdir(), 'complaints-'));
  await (await startLocalAppwrite({ dataDir, config: PROJECT_FILE })).close();
  fillComplaints(join(dataDir, 'appwrite.db'), complaints);
  const service = await startService({}, { filled: dataDir });
  await fillLimits(service, Math.min(complaints, 1_000));
  return service;
}

/** Inserts so many counters of limits, which expire in 1,000 hours. */
async function fillLimits({ connection, local }: Service, count: number): Promise<void> {
  const expiresAt = new Date(local.clock.now() + 1_000 * HOUR).toISOString();
  for (let done = 0; done < count; done += 100) {
    const rows = Array.from({ length: Math.min(100, count - done) }, () => ({
      $id: randomId(),
      subject: 'x',
      count: 1,
      expiresAt,
    }));
    await connection.store.limits.insertMany(rows);
  }
}

beforeAll(async () => {
  for (const count of [10, MANY]) services.set(count, await filledService(count));
});
afterAll(() => Promise.all([...services.values()].map((service) => service.close())));

const serviceOf = (count: number) => {
  const service = services.get(count);
  if (!service) throw new Error('not filled');
  return service;
};

/** Runs maintenance until nothing is due. */
async function runAll(service: Service, later: number): Promise<MaintenanceReport[]> {
  const reports = [await runAndReadLog(service, later)];
  while ((reports.at(-1)?.pass || reports.at(-1)?.changed || reports.at(-1)?.tasks) && reports.length < 50)
    reports.push(await runAndReadLog(service));
  for (const { calls } of reports) expect(calls).toBeLessThanOrEqual(MAX_CALLS);
  return reports;
}

it('a run with nothing to do makes at most 10 calls, with 10 rows or thousands', async () => {
  const calls: number[] = [];
  for (const count of [10, MANY]) {
    await runAll(serviceOf(count), 0);
    const idle = await runAndReadLog(serviceOf(count));
    expect(idle).toMatchObject({ expired: false, tasks: 0, erasures: 0, changed: 0, months: 0 });
    expect(idle.pass).toBeUndefined();
    calls.push(idle.calls);
  }
  const [few, many] = calls;
  expect(many).toBe(few);
  expect(few).toBeLessThanOrEqual(MAX_CALLS_IDLE);
});

it('a daily pass checks everything in runs of at most 200 calls, with a few calls for each page', async () => {
  const whole = async (count: number) => {
    await runAll(serviceOf(count), 0);
    const reports = await runAll(serviceOf(count), 25 * HOUR);
    const passes = reports.flatMap(({ pass }) => pass ?? []);
    expect(passes.at(-1)).toMatchObject({ complete: true, removed: 0, recounted: 0, stopped: [] });
    return reports.reduce((sum, { calls }) => sum + calls, 0);
  };
  const [few, many] = [await whole(10), await whole(MANY)];
  // 6,000 complaints are 40 pages, and their total is counted in two parts.
  expect(many).toBeLessThan(few + 100);
});

it('all expired rows are removed, whatever their number, and no others', async () => {
  const { connection, local } = serviceOf(10);
  const count = async () => (await connection.store.limits.list([], { total: true })).total;
  const before = await count();
  const expiresAt = new Date(local.clock.now()).toISOString();
  for (let page = 0; page < 11; page += 1) {
    const rows = Array.from({ length: 100 }, () => ({ $id: randomId(), subject: 'x', count: 1, expiresAt }));
    await connection.store.limits.insertMany(rows);
  }
  expect(await runAndReadLog(serviceOf(10))).toMatchObject({ expired: true });
  expect(await count()).toBe(before);
});

it('a run reads what was written since the last run, not everything that is stored', async () => {
  const service = serviceOf(MANY);
  await runAll(service, 0);
  const { store } = service.connection;
  const { rows } = await store.complaints.list([]);
  const edited = rows.slice(0, 3);
  for (const row of edited) await store.complaints.replace(row, { title: 'Edited in the console' });
  const report = await runAndReadLog(service);
  const months = new Set(edited.map(({ filedAt }) => filedAt.slice(0, 7)));
  expect(report).toMatchObject({ changed: 3, recounted: 0, mended: 3, months: months.size });
  // Each edited title costs two reads, and a transaction for its words.
  expect(report.calls).toBeLessThanOrEqual(MAX_CALLS_IDLE + 10 + 3 * 6);
});

it('a person with many complaints is unassigned from them in runs of at most 200 calls', async () => {
  const service = serviceOf(MANY);
  const { store } = service.connection;
  await runAll(service, 0);
  const cases = (await store.complaints.list([Query.equal('status', 'on_hold'), Query.limit(60)])).rows;
  const ids = cases.map((row) => row.$id);
  await store.complaints.updateWhere([Query.equal('$id', ids)], { assignedTo: 'left.long.ago' });
  const dueAt = new Date(service.local.clock.now()).toISOString();
  await store.tasks.insert(randomId(), { kind: 'unassign', subject: 'left.long.ago', dueAt });
  const reports = await runAll(service, 0);
  expect(reports.length).toBeGreaterThan(2);
  const after = await store.complaints.findMany(ids);
  expect(after.map(({ assignedTo, version }) => [assignedTo, version])).toEqual(ids.map(() => [null, 2]));
  expect((await store.tasks.list([])).rows).toEqual([]);
});
