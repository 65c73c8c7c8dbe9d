import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Figures } from '#shared/contract/responses.ts';
import { change, runSchedule } from '../../support/complaints.ts';
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
});
afterAll(() => service.close());

async function stats() {
  const answer = await service.send('GET', '/complain/stats');
  expect(answer.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
  return answer.as(Figures);
}

const countOf = (figures: Figures, wanted: string) => figures.byStatus.find(({ status }) => status === wanted)?.count;
const month = () => new Date(service.local.clock.now()).toISOString().slice(0, 7);

/** Filed so long before it is acknowledged and resolved. */
async function timed(hours: { acknowledged: number; resolved?: number }) {
  const { id } = await reporter.file({ category: 'roads' });
  const row = await service.connection.store.complaints.find(id);
  if (!row) throw new Error('gone');
  const at = (ago: number) => new Date(service.local.clock.now() - ago * 3_600_000).toISOString();
  await service.connection.store.complaints.replace(row, { filedAt: at(hours.acknowledged) });
  await change(staff, { id, status: 'acknowledged' });
  if (hours.resolved === undefined) return id;
  const acknowledged = await service.connection.store.complaints.find(id);
  if (!acknowledged) throw new Error('gone');
  await service.connection.store.complaints.replace(acknowledged, { filedAt: at(hours.resolved) });
  await change(staff, { id, status: 'resolved' });
  return id;
}

it('count by status and by category at once, whoever asks', async () => {
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

it('leave hidden complaints out, and take them in again', async () => {
  const { id } = await reporter.file({ category: 'roads' });
  await reporter.file();
  await change(staff, { id, hidden: true });
  expect(await stats()).toMatchObject({
    total: 1,
    withoutCategory: 1,
    months: [{ month: month(), filed: 1 }, ...Array(11).fill({})],
  });
  await change(staff, { id, hidden: false });
  expect(await stats()).toMatchObject({ total: 2 });
});

it('tell the median time to acknowledge and to resolve, over all and by month', async () => {
  expect(await stats()).toMatchObject({ medianSecondsToAcknowledge: null, medianSecondsToResolve: null });
  await timed({ acknowledged: 0.001, resolved: 0.002 });
  await timed({ acknowledged: 0.003, resolved: 0.01 });
  await timed({ acknowledged: 0.009 });
  const figures = await stats();
  const seconds = {
    medianSecondsToAcknowledge: expect.closeTo(11, -0.7),
    medianSecondsToResolve: expect.closeTo(22, -0.7),
  };
  expect(figures).toMatchObject(seconds);
  expect(figures.months).toHaveLength(12);
  expect(figures.months[0]).toMatchObject({ month: month(), filed: 3, acknowledged: 3, resolved: 2, ...seconds });
});

it('forget a resolution that was not one', async () => {
  const id = await timed({ acknowledged: 0.001, resolved: 0.002 });
  await change(staff, { id, status: 'in_progress', note: 'It is back.' });
  expect(await stats()).toMatchObject({
    medianSecondsToResolve: null,
    months: [{ resolved: 0 }, ...Array(11).fill({})],
  });
});

it('are not measured twice while nothing changes', async () => {
  await reporter.file();
  const { measuredAt } = await stats();
  expect((await stats()).measuredAt).toBe(measuredAt);
  await reporter.file();
  expect((await stats()).measuredAt).not.toBe(measuredAt);
});

it('stay right when the schedule measures them', async () => {
  await timed({ acknowledged: 0.01, resolved: 0.02 });
  const before = await stats();
  await runSchedule(service);
  const after = await stats();
  expect({ ...after, measuredAt: '' }).toEqual({ ...before, measuredAt: '' });
});

it('refuse a query, and answer only GET', async () => {
  (await service.send('GET', '/complain/stats?status=created')).problem(422);
  const answer = await service.send('POST', '/complain/stats', { json: {} });
  answer.problem(405);
  expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
});
