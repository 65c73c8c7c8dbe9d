import { Query } from 'node-appwrite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Following } from '#shared/contract/responses.ts';
import { allPages, change, detailOf, idsOf, listOf, runMaintenanceOnce } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { DAYS_SETTINGS, type Person, type Service, startService } from '../../support/harness.ts';
import { deliveriesOf, giveAddress } from '../../support/mail.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true });
  [reporter, staff] = await service.people('user', 'staff');
});
afterAll(() => service.close());

const ask = (person: Person, id: string, what = 'follow') => person.send('POST', `/complain/${what}`, { json: { id } });
const follow = async (person: Person, id: string) => (await ask(person, id)).as(Following);
const unfollow = async (person: Person, id: string) => (await ask(person, id, 'unfollow')).as(Following);
const followsOf = async (query: { complaintId: string }) => {
  const { rows } = await service.connection.store.follows.list(['{"method":"limit","values":[1000]}']);
  return rows.filter((row) => row.complaintId === query.complaintId);
};

it('counts each person once, and changes neither version, time nor timeline', async () => {
  const { id, updatedAt } = await reporter.file();
  const [one, two] = await service.people('user', 'user');
  expect(await follow(one, id)).toEqual({ id, following: true, followers: 1 });
  expect(await follow(one, id)).toEqual({ id, following: true, followers: 1 });
  expect(await follow(two, id)).toEqual({ id, following: true, followers: 2 });
  const detail = await detailOf(one, id);
  expect(detail).toMatchObject({ following: true, followers: 2, version: 1, updatedAt });
  expect(detail.timeline).toHaveLength(1);
  expect(await detailOf(reporter, id)).toMatchObject({ following: false, followers: 2 });
  expect(await detailOf(service, id)).not.toHaveProperty('following');
  expect(await unfollow(one, id)).toEqual({ id, following: false, followers: 1 });
  expect(await unfollow(one, id)).toEqual({ id, following: false, followers: 1 });
  expect(await detailOf(one, id)).toMatchObject({ following: false, followers: 1 });
});

it('loses and doubles nobody when many follow at once while staff changes the complaint', async () => {
  const { id } = await reporter.file();
  const people = await service.people('user', 'user', 'user', 'user');
  const answers = [
    ...people.flatMap((person) => [follow(person, id), follow(person, id)]),
    change(staff, { id, note: 'Seen.' }),
    change(staff, { id, status: 'acknowledged' }),
  ];
  await Promise.all(answers);
  expect(await detailOf(staff, id)).toMatchObject({ followers: 4, version: 3 });
  expect(await followsOf({ complaintId: id })).toHaveLength(4);
});

it('is refused for one’s own complaint, without a token, and for a complaint that one cannot see', async () => {
  const { id } = await reporter.file();
  const other = await service.person();
  expect((await ask(reporter, id)).problem(403).code).toBe('forbidden');
  expect(await unfollow(reporter, id)).toEqual({ id, following: false, followers: 0 });
  await change(staff, { id, hidden: true });
  for (const what of ['follow', 'unfollow']) {
    const hidden = (await ask(other, id, what)).problem(404);
    const unknown = (await ask(other, 'z'.repeat(20), what)).problem(404);
    expect(hidden.detail).toBe(unknown.detail);
    (await ask(other, 'nonsense', what)).problem(422);
    (await service.send('POST', `/complain/${what}`, { json: { id } })).problem(401);
    (await other.send('POST', `/complain/${what}`, { json: { id, more: 1 } })).problem(422);
  }
});

it('lists followed complaints by filing, page by page, with other filters, and without hidden ones', async () => {
  const person = await service.person();
  const ids: string[] = [];
  for (let number = 0; number < 5; number += 1) {
    const { id } = await reporter.file({ title: `Followed ${number % 2 === 0 ? 'kiosk' : 'bench'}` });
    await follow(person, id);
    ids.unshift(id);
  }
  await reporter.file();
  const found = async (query: Record<string, string>) =>
    (await allPages(person, { following: true, pageSize: 2, ...query })).flatMap(idsOf);
  expect(await found({})).toEqual(ids);
  expect(await found({ sort: 'createdAt' })).toEqual(ids.toReversed());
  expect(await found({ q: 'kiosk' })).toEqual(ids.filter((_, n) => n % 2 === 0));
  expect(await found({ from: '2999-01-01' })).toEqual([]);
  const [hidden = '', begun = ''] = ids;
  await change(staff, { id: hidden, hidden: true });
  await change(staff, { id: begun, status: 'in_progress' });
  expect(await found({})).toEqual(ids.slice(1));
  expect(await found({ status: 'in_progress' })).toEqual([begun]);
  const page = await listOf(person, { following: true });
  expect(page).toMatchObject({ total: null, totalPages: null });
  expect(page.items.every((item) => item.following)).toBe(true);
  expect(await listOf(person, { following: false })).toEqual(await listOf(person));
});

it.each(['page=2', 'sort=-updatedAt', 'overdue=true', 'near=1,1&radius=5'])(
  'refuses a list of followed complaints with %s',
  async (other) => {
    (await reporter.send('GET', `/complain?following=true&${other}`)).problem(422);
  },
);

it('needs a token to list followed complaints', async () => {
  expect((await service.send('GET', '/complain?following=true')).problem(401).code).toBe('token_missing');
});

it('ends when the complaint is deleted by the API or in the console, and so do its words and waiting mails', async () => {
  const { store } = service.connection;
  const [person, admin] = await service.people('user', 'admin');
  await giveAddress(service, person.username, { notify: 'all' });
  const ids = [(await reporter.file()).id, (await reporter.file()).id] as const;
  for (const id of ids) {
    await follow(person, id);
    await change(staff, { id, note: 'Seen.' });
  }
  await service.local.settle();
  const words = async () => (await store.words.list([Query.limit(500)])).rows.map(({ $id }) => $id.slice(0, 20));
  for (const id of ids) {
    expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'pending', accountId: expect.any(String) }]);
    expect(await words()).toContain(id);
  }
  await admin.send('POST', '/complain/delete', { json: { id: ids[0] } });
  await service.connection.store.complaints.remove(ids[1]);
  await service.local.settle();
  for (const complaintId of ids) {
    expect(await followsOf({ complaintId })).toEqual([]);
    expect(await deliveriesOf(service, complaintId)).toEqual([]);
    expect(await words()).not.toContain(complaintId);
  }
  expect((await listOf(person, { following: true })).items).toEqual([]);
});

it('ends with the account, and lowers the number of followers', async () => {
  const [person, other] = await service.people('user', 'user');
  const { id } = await reporter.file();
  await follow(person, id);
  await follow(other, id);
  expect((await person.send('DELETE', '/user', { json: { password: PASSWORD } })).status).toBe(204);
  await runMaintenanceOnce(service);
  expect(await followsOf({ complaintId: id })).toHaveLength(1);
  expect(await detailOf(service, id)).toMatchObject({ followers: 1 });
});
