import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxAround } from '#shared/domain/place.ts';
import { change, followed, idsOf, listOf } from '../../support/complaints.ts';
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

describe('words', () => {
  it('are found in title and description, all of them, by their beginnings, without case or accents', async () => {
    const { id } = await reporter.file({
      title: 'Überflutete Straße',
      description: 'The Café at Mill Lane is under water.',
    });
    for (const q of [
      'Überflutete',
      'uberflutete',
      'café',
      'cafe\u0301',
      'CAFE lane',
      'überflut mill',
      'the cafe at mill lane',
      'lane, (mill)!',
    ]) {
      expect(idsOf(await listOf(service, { q })), q).toContain(id);
    }
    for (const q of ['cafe elsewhere', 'flutete', '"mill cafe" street']) {
      expect(idsOf(await listOf(service, { q })), q).not.toContain(id);
    }
  });

  it('that can be searched for count, beside those that are too short or too common', async () => {
    const { id } = await reporter.file({ title: 'A TV on the pavement', description: 'It is on.' });
    expect(idsOf(await listOf(service, { q: 'tv on the pavement' }))).toContain(id);
    const problem = (await service.send('GET', '/complain?q=tv+on')).problem(422);
    expect(problem.errors).toMatchObject([{ field: 'q', code: 'too_short' }]);
    expect((await listOf(service, { q: ' ' })).total).toBe((await listOf(service)).total);
  });

  it.each(['***', '"', '(((', "'; drop table", 'x'.repeat(200), '-lamp', 'lamp*', '~"lamp'])(
    'of whatever signs never end in an error: %s',
    async (q) => {
      const { status } = await service.send('GET', `/complain?${new URLSearchParams({ q })}`);
      expect([200, 422]).toContain(status);
    },
  );
});

describe('near', () => {
  it('finds what lies within the circle and not in the corners of its box, page by page', async () => {
    const point = { latitude: 52.52, longitude: 13.405 };
    const { north, east } = boxAround(point, 1_000);
    const inside: string[] = [];
    for (let step = 0; step < 5; step += 1) {
      const latitude = point.latitude + ((north - point.latitude) * step) / 5;
      inside.unshift((await reporter.file({ latitude, longitude: point.longitude })).id);
      await reporter.file({ latitude: north - 1e-6, longitude: east - 1e-6 });
    }
    const pages = await followed(service, { near: '52.52,13.405', radius: 1_000, pageSize: 2 });
    expect(pages.flatMap(idsOf)).toEqual(inside);
    expect(pages.every((page) => !page.totalIsExact)).toBe(true);
    expect(pages.at(-1)?.total).toBe(5);
    const other = await listOf(service, { near: '52.52,13.405', radius: 1_000, status: 'closed' });
    expect(other.items).toEqual([]);
  });

  it('looks across the date line and around the poles', async () => {
    const west = await reporter.file({ latitude: -17, longitude: -179.999 });
    const east = await reporter.file({ latitude: -17, longitude: 179.999 });
    expect(idsOf(await listOf(service, { near: '-17,180', radius: 1_000 }))).toEqual([east.id, west.id]);
    const pole = await reporter.file({ latitude: 89.9999, longitude: -120 });
    expect(idsOf(await listOf(service, { near: '89.9999,60', radius: 100 }))).toEqual([pole.id]);
  });

  it('asks at most four times for a page, and goes on where it stopped', async () => {
    const point = { latitude: 10, longitude: 10 };
    const { north, east } = boxAround(point, 500);
    const { id } = await reporter.file(point);
    for (let corner = 0; corner < 30; corner += 1)
      await reporter.file({ latitude: north - 1e-6, longitude: east - 1e-6 });
    service.local.calls.clear();
    const first = await listOf(service, { near: '10,10', radius: 500, pageSize: 1 });
    expect(service.local.calls.all().length).toBeLessThanOrEqual(4);
    const pages = [
      first,
      ...(first.next ? await followed(service, { near: '10,10', radius: 500, pageSize: 1, after: first.next }) : []),
    ];
    expect(pages.flatMap(idsOf)).toEqual([id]);
  });
});

describe('the desk', () => {
  it('finds its own queue, that of a colleague and what nobody has', async () => {
    const mine = await reporter.file();
    const theirs = await reporter.file();
    const nobodys = await reporter.file();
    await change(staff, { id: mine.id, assignedTo: staff.username });
    await change(staff, { id: theirs.id, assignedTo: other.username });
    const own = idsOf(await listOf(staff, { assignedTo: 'me' }));
    expect(own).toContain(mine.id);
    expect(own).not.toContain(theirs.id);
    const colleagues = idsOf(await listOf(staff, { assignedTo: other.username }));
    expect(colleagues).toContain(theirs.id);
    expect(colleagues).not.toContain(mine.id);
    expect(idsOf(await listOf(staff, { assignedTo: 'none', status: 'created', sort: '-createdAt' }))).toContain(
      nobodys.id,
    );
    expect((await listOf(staff, { assignedTo: 'somebody-else' })).items).toEqual([]);
  });

  it('finds what is overdue until it has ended', async () => {
    const late = await reporter.file({ category: 'water' });
    const fine = await reporter.file({ category: 'other' });
    const row = await service.connection.store.complaints.find(late.id);
    if (!row) throw new Error('gone');
    await service.connection.store.complaints.replace(row, { overdueAt: new Date(Date.now() - 1_000).toISOString() });
    expect(idsOf(await listOf(service, { overdue: true }))).toEqual([late.id]);
    expect(idsOf(await listOf(service, { overdue: false }))).toContain(fine.id);
    expect(idsOf(await listOf(service, { overdue: false }))).not.toContain(late.id);
    await change(staff, { id: late.id, status: 'rejected', note: 'Not ours.' });
    expect(idsOf(await listOf(service, { overdue: true }))).toEqual([]);
  });
});
