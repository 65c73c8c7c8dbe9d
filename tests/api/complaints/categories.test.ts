import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCalendar } from '#shared/config.ts';
import { CategoryList } from '#shared/contract/responses.ts';
import { addWorkingDays } from '#shared/domain/working-time.ts';
import { change, idsOf, listOf } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;
let other: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, staff, other] = await service.people('user', 'staff', 'staff');
});
afterAll(() => service.close());

describe('categories', () => {
  it('are listed by name for everybody, without their assignees', async () => {
    const answer = await service.send('GET', '/complain/categories');
    const { items } = answer.as(CategoryList);
    expect(items.map(({ name }) => name)).toEqual(items.map(({ name }) => name).sort());
    expect(items).toContainEqual({
      id: 'water',
      name: 'Water and drains',
      hoursToAcknowledge: null,
      daysUntilOverdue: 3,
    });
    expect(answer.headers['cache-control']).toMatch(/^public/);
    (await service.send('GET', '/complain/categories?page=1')).problem(422);
  });

  it('give a complaint its deadline and its assignee, if the assignee is staff', async () => {
    const { categories } = service.connection.store;
    await categories.insert('graffiti', {
      name: 'Graffiti',
      assignee: other.username.toUpperCase(),
      daysUntilOverdue: 2,
    });
    await categories.insert('litter', { name: 'Litter', assignee: reporter.username, daysUntilOverdue: null });
    await categories.insert('smell', { name: 'Smell', assignee: 'not-here', daysUntilOverdue: null });
    const [graffiti, litter, smell] = await Promise.all(
      ['graffiti', 'litter', 'smell'].map((category) => reporter.file({ category })),
    );
    const seen = async (id = '') =>
      (await listOf(staff, { pageSize: 100 })).items.find((item) => item.id === id)?.assignedTo;
    const due = addWorkingDays(readCalendar({}), new Date(graffiti?.createdAt ?? ''), 2);
    expect(graffiti?.overdueAt).toBe(due.toISOString());
    expect(await seen(graffiti?.id)).toBe(other.username);
    expect([await seen(litter?.id), await seen(smell?.id)]).toEqual([null, null]);
    expect(graffiti?.assignedTo).toBeNull();
  });

  it('may have any id that the console allows, and are found in any case', async () => {
    const rowId = 'Parks.North';
    const { tables } = service.connection.gateway;
    await tables.createRow({ databaseId: 'main', tableId: 'categories', rowId, data: { name: 'Parks in the north' } });
    const { id, category } = await reporter.file({ category: 'Parks.North' });
    expect(category).toBe('Parks.North');
    for (const asked of ['Parks.North', 'parks.north']) {
      expect(idsOf(await listOf(service, { category: asked })), asked).toEqual([id]);
    }
    const body = { title: 'A bench', description: 'Gone.', category: 'parks.north' };
    (await reporter.send('POST', '/complain', { json: body })).problem(422);
  });

  it('with the id none are not offered, and a complaint cannot be given them', async () => {
    const { tables } = service.connection.gateway;
    await tables.createRow({ databaseId: 'main', tableId: 'categories', rowId: 'none', data: { name: 'Nothing' } });
    expect((await service.send('GET', '/complain/categories')).text).not.toContain('"none"');
    const body = { title: 'A bench', description: 'Gone.', category: 'none' };
    (await reporter.send('POST', '/complain', { json: body })).problem(422);
    const { id } = await reporter.file();
    expect(idsOf(await listOf(service, { category: 'none' }))).toContain(id);
    await tables.deleteRow({ databaseId: 'main', tableId: 'categories', rowId: 'none' });
  });

  it('that were deleted may be repeated in a change, but not chosen anew', async () => {
    const { categories } = service.connection.store;
    await categories.insert('snow', { name: 'Snow' });
    const [snowy, other] = [await reporter.file({ category: 'snow' }), await reporter.file()];
    await categories.remove('snow');
    const changed = await change(reporter, { id: snowy.id, category: 'snow', title: 'Snow in the way' });
    expect(changed).toMatchObject({ category: 'snow', title: 'Snow in the way', version: 2 });
    (await reporter.send('PUT', '/complain', { json: { id: other.id, category: 'snow' } })).problem(422);
    expect(idsOf(await listOf(service, { category: 'snow' }))).toEqual([snowy.id]);
  });

  it('are found by none where a complaint has none', async () => {
    const { id } = await reporter.file();
    const none = await listOf(service, { category: 'none' });
    expect(idsOf(none)).toContain(id);
    expect(none.items.every(({ category }) => category === null)).toBe(true);
  });

  it('combine with every other filter', async () => {
    const { id } = await reporter.file({ category: 'noise', title: 'Music at night', latitude: 1, longitude: 1 });
    await change(staff, { id, assignedTo: staff.username, status: 'in_progress' });
    const query = {
      category: 'noise',
      status: 'created,in_progress',
      username: reporter.username,
      q: 'music night',
      from: '2020-01-01',
      to: '2999-01-01',
      overdue: false,
      assignedTo: 'me',
      hidden: false,
    };
    expect(idsOf(await listOf(staff, query))).toEqual([id]);
    expect(idsOf(await listOf(staff, { ...query, q: 'music morning' }))).toEqual([]);
  });

  it('combine with dates, which are whole days: to includes its day', async () => {
    const { id, createdAt } = await reporter.file();
    const day = createdAt.slice(0, 10);
    expect(idsOf(await listOf(service, { from: day, to: day }))).toContain(id);
    expect(idsOf(await listOf(service, { from: createdAt }))).toContain(id);
    expect(idsOf(await listOf(service, { to: createdAt }))).not.toContain(id);
  });
});
