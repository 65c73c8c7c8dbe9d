import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, change, idsOf, listOf } from '../../support/complaints.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let shy: Person;
let staff: Person;
const filed: string[] = [];

beforeAll(async () => {
  service = await startService();
  [reporter, shy, staff] = await service.people('user', 'user', 'staff');
  for (let number = 0; number < 12; number += 1) {
    const anonymous = number % 3 === 0;
    const person = number % 2 === 0 ? reporter : shy;
    const { id } = await person.file({
      title: `Lamp number ${number}`,
      anonymous,
      ...(number < 5 ? { category: 'roads' } : {}),
    });
    filed.unshift(id);
  }
  for (const id of filed.slice(0, 4)) await change(staff, { id, status: 'in_progress' });
  await change(staff, { id: filed[11], hidden: true });
});
afterAll(() => service.close());

const visible = () => filed.slice(0, 11);

describe('paging', () => {
  it('shows the newest first, 20 on a page, with the whole total', async () => {
    const list = await listOf(service);
    expect(idsOf(list)).toEqual(visible());
    expect(list).toMatchObject({ page: 1, pageSize: 20, total: 11, totalIsExact: true, totalPages: 1, next: null });
  });

  it('works by page numbers, and a page past the end is empty', async () => {
    const second = await listOf(service, { page: 2, pageSize: 4 });
    expect(idsOf(second)).toEqual(visible().slice(4, 8));
    expect(second).toMatchObject({ page: 2, pageSize: 4, total: 11, totalPages: 3 });
    for (const page of [4, 999, 1_001, 999_999_999_999_999]) {
      expect(await listOf(service, { page, pageSize: 4 })).toMatchObject({ items: [], page, total: 11, next: null });
    }
  });

  it('works by cursor from any page, and lists each complaint once', async () => {
    const pages = await allPages(service, { pageSize: 4 });
    expect(pages.flatMap(idsOf)).toEqual(visible());
    expect(pages.map(({ page, total, totalPages }) => [page, total, totalPages])).toEqual([
      [1, 11, 3],
      [null, null, null],
      [null, null, null],
    ]);
    const { next } = await listOf(service, { page: 2, pageSize: 3 });
    expect(idsOf(await listOf(service, { after: next ?? '', pageSize: 3 }))).toEqual(visible().slice(6, 9));
  });

  it('sorts oldest first, and by the last change', async () => {
    const oldest = await allPages(service, { pageSize: 5, sort: 'createdAt' });
    expect(oldest.flatMap(idsOf)).toEqual(visible().reverse());
    const changed = await allPages(staff, { pageSize: 5, sort: '-updatedAt' });
    const order = [11, 3, 2, 1, 0, 4, 5, 6, 7, 8, 9, 10].map((index) => filed[index]);
    expect(changed.flatMap(idsOf)).toEqual(order);
  });
});

describe('username', () => {
  it('finds the complaints that show the name, for everybody, in any case', async () => {
    const named = visible().filter((_, index) => (11 - index) % 2 === 0 && (11 - index) % 3 !== 0);
    const list = await listOf(service, { username: reporter.username.toUpperCase() });
    expect(idsOf(list)).toEqual(named);
    expect(list.items.every((item) => item.username === reporter.username && !item.anonymous)).toBe(true);
    expect(list.total).toBe(named.length);
  });

  it('finds anonymous complaints only for the desk and for their reporter', async () => {
    const all = visible().filter((_, index) => (11 - index) % 2 === 0);
    for (const viewer of [service, shy]) {
      const list = await listOf(viewer, { username: reporter.username });
      expect(list.items.some((item) => item.anonymous)).toBe(false);
      expect(list.total).toBe(list.items.length);
    }
    expect(idsOf(await listOf(reporter, { username: reporter.username }))).toEqual([...all, filed[11]]);
    expect((await listOf(staff, { username: reporter.username })).total).toBe(all.length + 1);
  });

  it('that is unknown, empty or invalid gives the same empty list; an invalid one without a call to Appwrite', async () => {
    const empty = await listOf(service, { username: '' });
    expect(empty).toMatchObject({ items: [], total: 0, totalIsExact: true, page: 1, next: null });
    expect(await listOf(service, { username: uniqueName() })).toEqual(empty);
    service.local.calls.clear();
    for (const username of [
      '..',
      `${reporter.username}é`,
      `${reporter.username} `,
      'x'.repeat(300),
      '["a"]',
      'ö'.repeat(40),
    ]) {
      expect(await listOf(service, { username })).toEqual(empty);
    }
    const functionId = service.functionId('complaints');
    expect(service.local.calls.all().filter((call) => call.functionId === functionId)).toEqual([]);
  });
});

describe('who may ask', () => {
  it('mine needs a login, and includes anonymous and hidden complaints', async () => {
    (await service.send('GET', '/complain?mine=true')).problem(401);
    expect((await listOf(reporter, { mine: true })).total).toBe(6);
    const list = await listOf(reporter, { mine: true });
    expect(list.items.every((item) => item.username === reporter.username)).toBe(true);
    expect((await listOf(staff, { mine: true })).items).toEqual([]);
    expect((await listOf(service, { mine: false })).total).toBe(11);
  });

  it('assignedTo is for the desk', async () => {
    (await service.send('GET', '/complain?assignedTo=none')).problem(401);
    (await reporter.send('GET', `/complain?assignedTo=${staff.username}`)).problem(403);
    expect((await listOf(staff, { assignedTo: 'none' })).total).toBe(12);
  });

  it('a wrong token is refused even where none is needed', async () => {
    for (const TOKEN of ['', 'x', `${reporter.token}x`]) {
      const headers = { TOKEN, ...(TOKEN === '' ? { USERNAME: 'x' } : {}) };
      if (TOKEN !== '') (await service.send('GET', '/complain', { headers })).problem(401);
    }
    const headers = { TOKEN: reporter.token, USERNAME: shy.username };
    (await service.send('GET', '/complain', { headers })).problem(401);
  });
});

describe('totals', () => {
  it('of the statuses, the categories and the reporters add up to the total, for every viewer', async () => {
    for (const viewer of [service, reporter, staff]) {
      const totalOf = async (query: Record<string, string>) =>
        (await listOf(viewer, { ...query, pageSize: 1 })).total ?? -1;
      const whole = await totalOf({});
      const statuses = ['created', 'acknowledged', 'in_progress', 'on_hold', 'resolved', 'rejected', 'closed'];
      const each = await Promise.all(statuses.map((status) => totalOf({ status })));
      expect(each.reduce((sum, total) => sum + total)).toBe(whole);
      expect(await totalOf({ status: statuses.join(',') })).toBe(whole);
      expect((await totalOf({ overdue: 'true' })) + (await totalOf({ overdue: 'false' }))).toBe(whole);
      expect((await totalOf({ to: '2026-01-01' })) + (await totalOf({ from: '2026-01-02' }))).toBe(whole);
    }
  });
});
