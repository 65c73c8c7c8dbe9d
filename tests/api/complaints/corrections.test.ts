import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '#shared/domain/clock.ts';
import { change, detailOf, idsOf, listOf } from '../../support/complaints.ts';
import { DAYS_SETTINGS, type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  // With working hours around the clock, a deadline of two days is always 48 hours.
  service = await startService(DAYS_SETTINGS, { notifications: true });
  [reporter, staff, admin] = await service.people('user', 'staff', 'admin');
});
afterAll(() => service.close());

const put = (person: Person, json: unknown) => person.send('PUT', '/complain', { json });
const lastEntry = async (viewer: Pick<Person, 'send'>, id: string) => (await detailOf(viewer, id)).timeline.at(-1);
const found = async (q: string, viewer: Pick<Person, 'send'> = service) => idsOf(await listOf(viewer, { q }));

describe('staff', () => {
  it('corrects the category at any time: deadline and assignee become those of the new one', async () => {
    const { store } = service.connection;
    await store.categories.insert('parks', { name: 'Parks', assignee: staff.username, daysUntilOverdue: 2 });
    const { id } = await reporter.file({ category: 'roads' });
    await change(staff, { id, status: 'in_progress' });
    const corrected = await change(admin, { id, category: 'parks' });
    expect(corrected).toMatchObject({ category: 'parks', assignedTo: staff.username, version: 3 });
    expect(Date.parse(corrected.overdueAt ?? '') - Date.parse(corrected.createdAt)).toBe(2 * DAY);
    expect(await lastEntry(admin, id)).toMatchObject({
      kind: 'edit',
      changed: ['assignedTo', 'category'],
      from: { category: 'roads', assignedTo: null },
      to: { category: 'parks', assignedTo: staff.username },
    });
    expect(await lastEntry(reporter, id)).toMatchObject({ changed: ['category'], from: null, to: null });
    await change(staff, { id, category: null, assignedTo: admin.username });
    expect(await lastEntry(staff, id)).toMatchObject({
      from: { category: 'parks', assignedTo: staff.username },
      to: { category: null, assignedTo: admin.username },
    });
  });

  it('corrects the place: it is found at the new one, and not at the old one', async () => {
    const { id } = await reporter.file({ latitude: 40.5, longitude: -3.5, location: 'Elm Road' });
    await change(staff, { id, latitude: 41.5, longitude: 2.5, location: 'Mill Lane' });
    expect(await lastEntry(service, id)).toMatchObject({
      kind: 'edit',
      changed: ['location', 'latitude', 'longitude'],
    });
    const near = async (place: string) => idsOf(await listOf(service, { near: place, radius: 100 }));
    expect([await near('40.5,-3.5'), await near('41.5,2.5')]).toEqual([[], [id]]);
    expect(await change(staff, { id, latitude: null, longitude: null })).toMatchObject({ latitude: null });
    expect(await near('41.5,2.5')).toEqual([]);
  });

  it('removes words from the text: nobody finds them, and only admins can read them', async () => {
    const filed = await reporter.file({ title: 'Xanthippe leaves litter', description: 'Xanthippe from Elm Road.' });
    const { id } = filed;
    await change(staff, { id, title: 'Litter', description: 'In Elm Road.', reason: 'Names a neighbour.' });
    for (const viewer of [service, reporter, staff, admin]) {
      expect(await found('xanthippe', viewer)).toEqual([]);
      expect(await found(`litter ${filed.reference}`, viewer)).toEqual([id]);
    }
    for (const viewer of [service, reporter, staff]) {
      expect(JSON.stringify(await detailOf(viewer, id)).toLowerCase()).not.toContain('xanthippe');
    }
    const before = { title: 'Xanthippe leaves litter', description: 'Xanthippe from Elm Road.' };
    expect(await lastEntry(admin, id)).toMatchObject({ changed: ['title', 'description'], before });
    const reasons = [service, reporter, staff, admin].map(async (viewer) => (await lastEntry(viewer, id))?.reason);
    expect(await Promise.all(reasons)).toEqual([null, ...Array.from({ length: 3 }, () => 'Names a neighbour.')]);
    const rows = await service.connection.store.words.list([]);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from('xanthippe').toString('hex'));
  });

  it('needs no reason for their own complaint while nobody has acted; the older text is then not kept', async () => {
    const { id } = await staff.file();
    await change(staff, { id, title: 'Two broken lamps' });
    expect(await lastEntry(admin, id)).toMatchObject({ kind: 'edit', before: null });
  });
});

describe('a correction', () => {
  it.each<[string, Record<string, unknown>]>([
    ['reason', { title: 'A better title' }],
    ['reason', { description: 'A better text.' }],
    ['reason', { reason: 'Just so.' }],
    ['reason', { category: 'roads', reason: ' ' }],
    ['reason', { title: 'A better title', reason: 'x'.repeat(501) }],
    ['longitude', { latitude: 1 }],
    ['latitude', { longitude: 1, latitude: null }],
    ['latitude', { latitude: 91, longitude: 1 }],
    ['category', { category: 'nonsense' }],
  ])('is 422 and names %s for %j', async (field, body) => {
    const { id } = await reporter.file();
    const { errors } = (await put(staff, { id, ...body })).problem(422);
    expect(errors.map((error) => error.field)).toContain(field);
    expect(await detailOf(service, id)).toMatchObject({ version: 1 });
  });

  it.each([{ latitude: 1, longitude: 1 }, { title: 'Mine', reason: 'Why not.' }, { reason: 'Why not.' }])(
    'is 403 for a reporter who sends %j',
    async (body) => {
      const { id } = await reporter.file();
      (await put(reporter, { id, ...body })).problem(403);
    },
  );
});
