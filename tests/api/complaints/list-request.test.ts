import { afterAll, beforeAll, expect, it } from 'vitest';
import { ComplaintList } from '#shared/contract/responses.ts';
import { idsOf, listOf } from '../../support/complaints.ts';
import { type Service, startService } from '../../support/harness.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  const reporter = await service.person();
  for (let number = 0; number < 3; number += 1) await reporter.file();
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
  'near=0,0',
  'radius=10',
  'near=0,0&radius=0',
  'near=0,0&radius=1e3',
  'near=0,0&radius=10&page=2',
  'q=is%20it',
  'q=%2A',
  'limit=5',
  'page=1&page=2',
  'hidden=true',
  'id=x',
  'timelineAfter=3',
  'queries[]=x',
  '__proto__=1',
  'constructor=1',
])('refuses %s with 422', async (query) => {
  (await service.send('GET', `/complain?${query}`)).problem(422);
});

it.each(['page=', 'after=', 'sort=', 'status=', 'category=', 'mine=', 'id=', 'from=', 'near=&radius=', 'q='])(
  'takes %s, as a form leaves it, for not sent',
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

it('refuses a cursor beside a page, of another order, or made up', async () => {
  const { next } = await listOf(service, { pageSize: 2 });
  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const cursor = { s: '-createdAt', t: '2026-01-01T00:00:00.000Z', q: '1' };
  for (const query of [
    `after=${next}&page=1`,
    `after=${next}&sort=createdAt`,
    `after=${forged({ ...cursor, t: '2026-19-39T99:99:99.999Z' })}`,
    `after=${forged({ ...cursor, q: 'x' })}`,
    `after=${forged({ ...cursor, q: '9'.repeat(40) })}`,
    `after=${forged({ ...cursor, more: 1 })}`,
    `after=${forged([])}`,
  ]) {
    (await service.send('GET', `/complain?${query}`)).problem(422);
  }
  expect(idsOf(await listOf(service, { after: forged(cursor) }))).toEqual([]);
});
