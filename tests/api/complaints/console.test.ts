import { afterAll, beforeAll, expect, it } from 'vitest';
import { Figures } from '#shared/contract/responses.ts';
import { change, detailOf, idsOf, listOf, runSchedule } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';

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

/** What the rows say, counted one by one. */
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
  // The event of the deletion leaves a task; the next run does it.
  await service.local.settle();
  await runSchedule(service);
  expect(await told()).toEqual(await truth());
});

it('makes totals anew that were deleted in the console', async () => {
  await reporter.file({ category: 'roads' });
  await service.connection.store.tallies.remove('status-created');
  await reporter.file();
  await runSchedule(service);
  expect(await told()).toEqual(await truth());
});

it('never overwrites a change that comes while it counts', async () => {
  // Other tests leave totals that are wrong, and under changes the repair may give up for this time.
  await runSchedule(service);
  expect(await told()).toEqual(await truth());
  const filed = await Promise.all(Array.from({ length: 6 }, () => reporter.file()));
  await Promise.all([
    runSchedule(service),
    ...filed.map(({ id }) => change(staff, { id, status: 'in_progress' })),
    ...Array.from({ length: 6 }, () => reporter.file()),
  ]);
  expect(await told()).toEqual(await truth());
});

it('takes a complaint from where an admin left it in the console', async () => {
  const { id } = await reporter.file();
  await edit(id, { status: 'resolved', progress: 100 });
  const again = await change(reporter, { id, status: 'in_progress', note: 'It is not.' });
  expect(again).toMatchObject({ status: 'in_progress', progress: 0, version: 2 });
  expect((await detailOf(service, id)).timeline.map((entry) => entry.status)).toEqual(['created', 'in_progress']);
});

it('answers on when pictures or timeline were broken in the console', async () => {
  const { id } = await reporter.file();
  await edit(id, { images: '{not json' });
  await service.connection.store.timeline.removeWhere([
    JSON.stringify({ method: 'equal', attribute: 'complaintId', values: [id] }),
  ]);
  expect(await detailOf(service, id)).toMatchObject({ images: [], timeline: [] });
  await change(staff, { id, note: 'Hello.' });
  expect((await detailOf(service, id)).timeline).toHaveLength(1);
});

it('still finds the complaints of a category that was deleted, and offers it no more', async () => {
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
