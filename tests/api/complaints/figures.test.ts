import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Complaint, Figures } from '#shared/contract/responses.ts';
import { HOUR, MINUTE } from '#shared/domain/clock.ts';
import { change, runMaintenanceOnce } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, staff] = await service.people('user', 'staff');
});
beforeEach(async () => {
  const { rows } = await service.connection.store.complaints.list(['{"method":"limit","values":[1000]}']);
  const admin = await service.person('admin');
  for (const { $id: id } of rows) await admin.send('POST', '/complain/delete', { json: { id } });
  // The events of the deletions create tasks, which recompute the months.
  await service.local.settle();
});
afterAll(() => service.close());

/** The figures after the next run of maintenance. */
async function measured() {
  await runMaintenanceOnce(service);
  return stats();
}

async function stats() {
  const answer = await service.send('GET', '/complain/stats');
  expect(answer.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
  return answer.as(Figures);
}

const countOf = (figures: Figures, wanted: string) => figures.byStatus.find(({ status }) => status === wanted)?.count;
const month = () => new Date(service.local.clock.now()).toISOString().slice(0, 7);

/** Files a complaint that is acknowledged, and where asked resolved, so many hours after its filing. */
async function timed(hours: { acknowledged: number; resolved?: number }) {
  const { id } = await reporter.file({ category: 'roads' });
  const row = await service.connection.store.complaints.find(id);
  if (!row) throw new Error('gone');
  const at = (ago: number) => new Date(service.local.clock.now() - ago * HOUR).toISOString();
  await service.connection.store.complaints.replace(row, { filedAt: at(hours.acknowledged) });
  await change(staff, { id, status: 'acknowledged' });
  if (hours.resolved === undefined) return id;
  const acknowledged = await service.connection.store.complaints.find(id);
  if (!acknowledged) throw new Error('gone');
  await service.connection.store.complaints.replace(acknowledged, { filedAt: at(hours.resolved) });
  await change(staff, { id, status: 'resolved' });
  return id;
}

it('count by status and by category immediately, for every viewer', async () => {
  const first = await reporter.file({ category: 'roads' });
  await reporter.file({ category: 'noise' });
  await reporter.file();
  const before = await stats();
  expect(before).toMatchObject({ total: 3, withoutCategory: 1 });
  expect(countOf(before, 'created')).toBe(3);
  expect(before.byCategory.filter(({ count }) => count > 0).map(({ category }) => category)).toEqual([
    'noise',
    'roads',
  ]);
  await change(staff, { id: first.id, status: 'in_progress' });
  const after = await stats();
  expect([countOf(after, 'created'), countOf(after, 'in_progress')]).toEqual([2, 1]);
});

it('leave out hidden complaints, and count them again when they are shown', async () => {
  const { id } = await reporter.file({ category: 'roads' });
  await reporter.file();
  await change(staff, { id, hidden: true });
  expect(await stats()).toMatchObject({ total: 1, withoutCategory: 1 });
  expect(await measured()).toMatchObject({
    total: 1,
    withoutCategory: 1,
    months: [{ month: month(), filed: 1 }, ...Array(11).fill({})],
  });
  await change(staff, { id, hidden: false });
  expect(await stats()).toMatchObject({ total: 2 });
});

it('give the median time to acknowledge and to resolve, in total and by month', async () => {
  expect(await measured()).toMatchObject({ medianSecondsToAcknowledge: null, medianSecondsToResolve: null });
  await timed({ acknowledged: 0.001, resolved: 0.002 });
  await timed({ acknowledged: 0.003, resolved: 0.01 });
  await timed({ acknowledged: 0.009 });
  const figures = await measured();
  const seconds = {
    medianSecondsToAcknowledge: expect.closeTo(11, -0.7),
    medianSecondsToResolve: expect.closeTo(22, -0.7),
  };
  expect(figures).toMatchObject(seconds);
  expect(figures.months).toHaveLength(12);
  expect(figures.months[0]).toMatchObject({ month: month(), filed: 3, acknowledged: 3, resolved: 2, ...seconds });
});

it('drop a resolution when the complaint is reopened', async () => {
  const id = await timed({ acknowledged: 0.001, resolved: 0.002 });
  await change(staff, { id, status: 'in_progress', note: 'It is back.' });
  expect(await measured()).toMatchObject({
    medianSecondsToResolve: null,
    months: [{ resolved: 0 }, ...Array(11).fill({})],
  });
});

it('give for each month the share that ended within its deadline, the number reopened and the mean rating', async () => {
  const [first, second] = [await reporter.file({ category: 'water' }), await reporter.file({ category: 'water' })];
  await reporter.file({ category: 'water' });
  for (const { id } of [first, second]) {
    await change(staff, { id, status: 'acknowledged' });
    await change(staff, { id, status: 'resolved' });
  }
  const rate = (id: string, score: number) => reporter.send('POST', '/complain/rate', { json: { id, score } });
  (await rate(first.id, 5)).as(Complaint);
  (await rate(second.id, 2)).as(Complaint);
  const row = await service.connection.store.complaints.find(second.id);
  if (!row) throw new Error('gone');
  await service.connection.store.complaints.replace(row, { overdueAt: row.filedAt });
  expect((await measured()).months[0]).toMatchObject({ shareWithinDeadline: 0.5, reopened: 0, meanRating: 3.5 });
  await change(reporter, { id: first.id, status: 'in_progress', note: 'It leaks again.' });
  const { months } = await measured();
  expect(months[0]).toMatchObject({ shareWithinDeadline: 0, reopened: 1, meanRating: 2 });
  expect(months[1]).toMatchObject({ shareWithinDeadline: null, reopened: 0, meanRating: null });
});

it('name the time they were computed, and are computed again only after a change', async () => {
  await reporter.file();
  const first = await measured();
  expect(Date.parse(first.measuredAt ?? '')).toBeGreaterThan(service.local.clock.now() - MINUTE);
  // Changes of the last five minutes are read once more by the next run.
  const again = await measured();
  expect((await measured()).measuredAt).toBe(again.measuredAt);
  await reporter.file();
  const after = await measured();
  expect(after.measuredAt).not.toBe(again.measuredAt);
  expect(after.months[0]?.filed).toBe((first.months[0]?.filed ?? 0) + 1);
});

it('refuse a query, and answer only GET', async () => {
  (await service.send('GET', '/complain/stats?status=created')).problem(422);
  const answer = await service.send('POST', '/complain/stats', { json: {} });
  answer.problem(405);
  expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
});
