import { afterAll, beforeAll, expect, it } from 'vitest';
import { Complaint, Figures } from '#shared/contract/responses.ts';
import { DAY } from '#shared/domain/clock.ts';
import { complaintIdAt } from '#shared/domain/ids.ts';
import { readReference } from '#shared/domain/reference.ts';
import { change, detailOf, idsOf, listOf, runMaintenanceOnce } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';
import { runAndReadLog } from '../../support/maintenance-log.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, staff] = await service.people('user', 'staff');
});
afterAll(() => service.close());

async function edit(id: string, columns: Record<string, unknown>): Promise<void> {
  const row = await service.connection.store.complaints.find(id);
  if (!row || !(await service.connection.store.complaints.replace(row, columns))) throw new Error('not edited');
}

const figures = async () => (await service.send('GET', '/complain/stats')).as(Figures);

/** The figures as counted from the rows. */
async function truth() {
  const { rows } = await service.connection.store.complaints.list(['{"method":"limit","values":[5000]}']);
  const shown = rows.filter((row) => !row.hidden);
  return {
    total: shown.length,
    statuses: (await figures()).byStatus.map(({ status }) => shown.filter((row) => row.status === status).length),
    categories: (await figures()).byCategory.map(
      ({ category }) => shown.filter((row) => row.category === category).length,
    ),
  };
}

async function told() {
  const { total, byStatus, byCategory } = await figures();
  return { total, statuses: byStatus.map(({ count }) => count), categories: byCategory.map(({ count }) => count) };
}

it('repairs totals after complaints were edited, hidden and deleted in the console', async () => {
  const [edited, hidden, deleted] = await Promise.all([1, 2, 3].map(() => reporter.file({ category: 'noise' })));
  if (!edited || !hidden || !deleted) throw new Error('not filed');
  await edit(edited.id, { status: 'on_hold', category: 'water' });
  await edit(hidden.id, { hidden: true });
  await service.connection.store.complaints.remove(deleted.id);
  expect(await told()).not.toEqual(await truth());
  // The event of the deletion creates a task, which the next run does.
  await service.local.settle();
  await runMaintenanceOnce(service);
  expect(await told()).toEqual(await truth());
});

it('creates totals again that were deleted in the console', async () => {
  await reporter.file({ category: 'roads' });
  await service.connection.store.tallies.remove('status-created');
  await reporter.file();
  await runMaintenanceOnce(service);
  expect(await told()).toEqual(await truth());
});

it('never overwrites a change that comes while it counts', async () => {
  // Earlier tests leave wrong totals, and a repair gives up while others write.
  await runMaintenanceOnce(service);
  expect(await told()).toEqual(await truth());
  const filed = await Promise.all(Array.from({ length: 6 }, () => reporter.file()));
  await Promise.all([
    runMaintenanceOnce(service),
    ...filed.map(({ id }) => change(staff, { id, status: 'in_progress' })),
    ...Array.from({ length: 6 }, () => reporter.file()),
  ]);
  expect(await told()).toEqual(await truth());
});

it('continues from the status that an admin set in the console', async () => {
  const { id } = await reporter.file();
  await edit(id, { status: 'resolved', progress: 100 });
  const again = await change(reporter, { id, status: 'in_progress', note: 'It is not.' });
  expect(again).toMatchObject({ status: 'in_progress', progress: 0, version: 2 });
  expect((await detailOf(service, id)).timeline.map((entry) => entry.status)).toEqual(['created', 'in_progress']);
});

const rowOf = async (id: string) => {
  const row = await service.connection.store.complaints.find(id);
  if (!row) throw new Error('gone');
  return row;
};

/** The columns of a complaint that hold times. */
async function times(id: string) {
  const { acknowledgedAt, resolvedAt, closedAt, overdueAt, stepAt, contactUntil, minutesLeft } = await rowOf(id);
  return { acknowledgedAt, resolvedAt, closedAt, overdueAt, stepAt, contactUntil, minutesLeft };
}

it('completes a status that was edited in the console, so that its deadlines pass as usual', async () => {
  await service.connection.store.categories.insert('ice', { name: 'Ice', daysUntilOverdue: 5, hoursToAcknowledge: 4 });
  const json = { title: 'Ice on the bridge', description: 'Slippery.', category: 'ice', contact: { name: 'Ada' } };
  const { id } = (await staff.send('POST', '/complain', { json })).as(Complaint, 201);
  const filed = await rowOf(id);
  expect(filed).toMatchObject({ stepAt: filed.acknowledgeBy, contactUntil: null });

  await edit(id, { status: 'on_hold' });
  await runMaintenanceOnce(service);
  expect(await times(id)).toMatchObject({ overdueAt: null, minutesLeft: expect.any(Number), contactUntil: null });
  expect((await times(id)).acknowledgedAt).not.toBeNull();

  await edit(id, { status: 'in_progress' });
  await runMaintenanceOnce(service);
  expect(await times(id)).toMatchObject({ overdueAt: expect.any(String), minutesLeft: null });

  await edit(id, { status: 'resolved' });
  await runMaintenanceOnce(service);
  const { resolvedAt, stepAt, contactUntil } = await times(id);
  expect(Date.parse(stepAt ?? '')).toBeLessThanOrEqual(Date.parse(resolvedAt ?? '') + 14 * DAY);
  expect(Date.parse(contactUntil ?? '')).toBe(Date.parse(resolvedAt ?? '') + 90 * DAY);
  expect(await detailOf(staff, id)).toMatchObject({ status: 'resolved', progress: 100, version: 1 });

  await edit(id, { status: 'acknowledged' });
  await runMaintenanceOnce(service);
  expect(await times(id)).toMatchObject({ resolvedAt: null, contactUntil: null, overdueAt: expect.any(String) });
  expect(await rowOf(id)).toMatchObject({ reopened: 1, progress: 0 });
  expect(await told()).toEqual(await truth());
});

it('gives a complaint whose category was edited in the console new deadlines and assignee, and updates lists and searches', async () => {
  const { categories } = service.connection.store;
  await categories.insert('frost', { name: 'Frost', daysUntilOverdue: 5, assignee: staff.username });
  const { id } = await reporter.file({ title: 'Frost on the road' });
  await edit(id, { category: 'frost', title: 'Hoarfrost', latitude: 1.25, longitude: 2.5 });
  await runMaintenanceOnce(service);
  expect(await rowOf(id)).toMatchObject({ assignedTo: staff.username, stepAt: null, version: 1 });
  const found = { bbox: '2,1,3,2', category: 'frost', assignedTo: staff.username };
  expect(idsOf(await listOf(staff, found))).toEqual([id]);
  expect(idsOf(await listOf(staff, { q: 'hoarfrost' }))).toEqual([id]);
  expect(idsOf(await listOf(staff, { q: 'frost' }))).toEqual([]);
  const [first] = (await listOf(staff, { sort: 'overdueAt', assignedTo: staff.username })).items;
  expect(first).toMatchObject({ id, overdueAt: expect.any(String) });
});

it('gives a complaint that was added in the console a reference number, words, keys and its first entry', async () => {
  const { complaints } = service.connection.store;
  const mine = await rowOf((await reporter.file()).id);
  const now = new Date(service.local.clock.now()).toISOString();
  const keys = { changedKey: 'x', dueKey: 'x', filedWithin: 'x', changedWithin: 'x', dueWithin: 'x' };
  const id = complaintIdAt(new Date(service.local.clock.now()));
  await complaints.insert(id, {
    ...{ title: 'Typed by hand', description: 'Somebody phoned.', anonymous: false, status: 'resolved', progress: 0 },
    ...{ reporterId: mine.reporterId, reporterName: mine.reporterName, hidden: false, touched: true, images: '[]' },
    ...{ version: 1, filedAt: now, changedAt: now, categoryKey: '-', assignedKey: '-', ...keys },
  });
  await runMaintenanceOnce(service);
  const { reference, timeline, progress } = await detailOf(service, id);
  expect(readReference(reference ?? '')).toMatchObject({ isRight: true });
  expect(reference).not.toBe(mine.reference);
  expect(timeline).toMatchObject([{ kind: 'created', role: 'system', by: null }]);
  expect(progress).toBe(100);
  for (const q of ['typed hand', reference ?? '']) expect(idsOf(await listOf(service, { q }))).toEqual([id]);
  expect(idsOf(await listOf(service, { sort: '-updatedAt' }))[0]).toBe(id);
  expect((await times(id)).stepAt).not.toBeNull();
  expect(await told()).toEqual(await truth());
});

it('changes no row that only the API wrote', async () => {
  const { id } = await reporter.file({ category: 'roads', latitude: 48, longitude: 9 });
  for (const json of [{ status: 'acknowledged' }, { status: 'on_hold' }, { status: 'rejected', note: 'No.' }]) {
    await change(staff, { id, ...json });
  }
  const resolved = await reporter.file();
  for (const status of ['acknowledged', 'resolved', 'closed']) await change(staff, { id: resolved.id, status });
  await runMaintenanceOnce(service);
  const read = async () =>
    (await service.connection.store.visibilities.findMany([id, resolved.id])).map((row) => row.$updatedAt);
  const before = await read();
  expect(await runAndReadLog(service)).toMatchObject({ mended: 0, recounted: 0 });
  expect(await read()).toEqual(before);
});

it('still answers when pictures or timeline were broken in the console', async () => {
  const { id } = await reporter.file();
  await edit(id, { images: '{not json' });
  await service.connection.store.timeline.removeWhere([
    JSON.stringify({ method: 'equal', attribute: 'complaintId', values: [id] }),
  ]);
  expect(await detailOf(service, id)).toMatchObject({ images: [], timeline: [] });
  await change(staff, { id, note: 'Hello.' });
  expect((await detailOf(service, id)).timeline).toHaveLength(1);
});

it('still finds the complaints of a deleted category, and no longer offers it', async () => {
  await service.connection.store.categories.insert('short-lived', {
    name: 'Short-lived',
    assignee: null,
    daysUntilOverdue: 1,
  });
  const { id } = await reporter.file({ category: 'short-lived' });
  await service.connection.store.categories.remove('short-lived');
  expect(idsOf(await listOf(service, { category: 'short-lived' }))).toEqual([id]);
  expect(await change(staff, { id, status: 'in_progress' })).toMatchObject({ category: 'short-lived' });
  const json = { title: 'A lamp', description: 'Dark.', category: 'short-lived' };
  (await reporter.send('POST', '/complain', { json })).problem(422);
});
