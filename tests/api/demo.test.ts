import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillWithDemo } from '#scripts/demo/fill.ts';
import { DEMO_PEOPLE } from '#scripts/demo/people.ts';
import { ComplaintList } from '#shared/contract/responses.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { DAYS_SETTINGS, type Service, startService } from '../support/harness.ts';

let service: Service;
beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true });
});
afterAll(() => service.close());

it('fills a fresh server once with people, pictures and complaints in all states', async () => {
  const printed = await fillWithDemo(service.local);
  for (const { username, password } of DEMO_PEOPLE) expect(printed).toMatch(new RegExp(`${username} +${password}`));
  expect(service.local.clock.offset()).toBe(0);

  const { username, password } = DEMO_PEOPLE.find(({ role }) => role === 'staff') ?? { username: '', password: '' };
  const staff = await service.login(username, password);
  const { items, total } = (await staff.send('GET', '/complain?pageSize=100')).as(ComplaintList);
  expect(new Set(items.map(({ status }) => status))).toEqual(new Set(STATUSES));
  expect(items.some(({ hidden }) => hidden)).toBe(true);
  const days = new Set(items.map(({ createdAt }) => createdAt.slice(0, 10)));
  expect(days.size).toBeGreaterThan(5);
  const urls = items.flatMap(({ images }) => images.map(({ url }) => url));
  expect(urls.length).toBeGreaterThan(5);
  const pictures = await Promise.all(urls.map((url) => fetch(url)));
  expect(pictures.every(({ status }) => status === 200)).toBe(true);

  expect(await fillWithDemo(service.local)).toContain('no demo data was added');
  expect((await staff.send('GET', '/complain')).as(ComplaintList).total).toBe(total);
});
