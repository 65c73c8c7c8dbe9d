import { afterAll, beforeAll, expect, it } from 'vitest';
import { ComplaintList } from '#shared/contract/responses.ts';
import { idsOf, listOf } from '../../support/complaints.ts';
import { type Service, startService } from '../../support/harness.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  const reporter = await service.person();
  for (let number = 0; number < 3; number += 1) await reporter.file({ latitude: 1, longitude: 1 });
});
afterAll(() => service.close());

it.each([
  'page=0',
  'page=-1',
  'page=1.5',
  'page=1e3',
  'page=0x10',
  'page=%201',
  'pageSize=0',
  'pageSize=101',
  'pageSize=ten',
  'after=nonsense',
  'sort=title',
  'status=done',
  'status=created,',
  'status=CREATED',
  'category=nonsense',
  'category=..',
  'category=r%C3%B6ads',
  'mine=yes',
  'overdue=1',
  'from=yesterday',
  'from=2026-02-30',
  'from=2026-13-01',
  'from=0000-01-01',
  'to=2026-01-01T25:00Z',
  'to=2026-01-01T10:00',
  'near=52.5',
  'near=91,0&radius=10',
  'near=0,181&radius=10',
  'near=0x1,1&radius=10',
  'near=,&radius=10',
  'near=1,1,1&radius=10',
  'near=0,0',
  'radius=10',
  'near=0,0&radius=0',
  'near=0,0&radius=1000000.5',
  'near=0,0&radius=100m',
  'q=%2A',
  'limit=5',
  'page=1&page=2',
  'id=x',
  'timelineAfter=3',
  'queries[]=x',
  '__proto__=1',
  'constructor=1',
])('refuses %s with 422', async (query) => {
  (await service.send('GET', `/complain?${query}`)).problem(422);
});

it.each(['page=', 'after=', 'sort=', 'status=', 'category=', 'mine=', 'id=', 'from=', 'near=&radius=', 'q='])(
  'treats %s, which an empty form field sends, as not sent',
  async (query) => {
    expect(idsOf(await listOf(service, {}))).toEqual(
      idsOf((await service.send('GET', `/complain?${query}`)).as(ComplaintList)),
    );
  },
);

it('answers HEAD as GET, without the body', async () => {
  for (const path of ['/complain?pageSize=1', '/complain/stats', '/complain/categories', '/', '/openapi.json']) {
    const [head, get] = await Promise.all([service.send('HEAD', path), service.send('GET', path)]);
    expect({ path, status: head.status, text: head.text }).toEqual({ path, status: get.status, text: '' });
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
  }
});

it.each([
  ['page', 'near=0,0&radius=10&page=2'],
  ['page', 'q=lamp&page=2'],
  ['sort', 'near=0,0&radius=10&sort=-createdAt'],
  ['username', 'near=0,0&radius=10&username=ada'],
  ['overdue', 'near=0,0&radius=10&overdue=false'],
  ['from', 'near=0,0&radius=10&from=2026-01-01'],
  ['category', 'sort=-updatedAt&category=roads'],
  ['q', 'sort=updatedAt&q=lamp'],
  ['username', 'sort=overdueAt&username=ada'],
  ['overdue', 'sort=-updatedAt&overdue=false'],
  ['sort', 'sort=-updatedAt&overdue=true'],
  ['q', 'overdue=true&q=lamp'],
])('refuses a combination that no index can order, and names %s: %s', async (field, query) => {
  const { errors } = (await service.send('GET', `/complain?${query}`)).problem(422);
  expect(errors).toMatchObject([{ field, code: 'conflicting' }]);
});

it.each([
  'near=4.85e-5,2.3522219000000177&radius=10',
  'near=0,0&radius=482.7518',
  'near=0,0&radius=1e3',
  'page=1.0&pageSize=20.0&overdue=%20false',
  'from=2016-12-31T23:59:60Z&to=2026-11-26T10:00:00%2B01',
  'near=-17,180&radius=1000000&status=created&category=roads&q=lamp',
  'sort=overdueAt&status=created,on_hold',
  'overdue=true&category=roads&from=2026-01-01',
  'sort=createdAt&overdue=false&status=created&from=2026-01-01',
  `status=${Array.from({ length: 420 }, () => 'created').join(',')}`,
  'category=none',
  'category=ROADS',
  'mine=false&sort=-updatedAt',
])('accepts %s', async (query) => {
  expect((await service.send('GET', `/complain?${query}`)).status).toBe(200);
});

it('refuses a cursor together with a page, of another order, or forged', async () => {
  const { next } = await listOf(service, { pageSize: 2 });
  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const near = await listOf(service, { near: '1,1', radius: 10, pageSize: 1 });
  for (const query of [
    `after=${next}&page=1`,
    `after=${next}&sort=createdAt`,
    `after=${next}&near=1,1&radius=10`,
    `after=${near.next}`,
    `after=${forged({ s: '-createdAt', t: '2026-01-01T00:00:00.000Z', q: '1' })}`,
    `after=${forged([])}`,
    `after=${next}A`,
    `after=made-up&q=lamp`,
  ]) {
    (await service.send('GET', `/complain?${query}`)).problem(422);
  }
  expect(idsOf(await listOf(service, { after: next ?? '' }))).toHaveLength(1);
});
