import { afterAll, beforeAll, expect, it } from 'vitest';
import { Deleted } from '#shared/contract/responses.ts';
import { change, detailOf, idsOf, listOf } from '../../support/complaints.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let stranger: Person;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  service = await sharedService();
  [reporter, stranger, staff, admin] = await service.people('user', 'user', 'staff', 'admin');
});
afterAll(() => service.close());

const remove = (person: Person, json: unknown, headers: Record<string, string> = {}) =>
  person.send('POST', '/complain/delete', { json, headers });

it('is allowed to the reporter while nothing has happened, and removes the complaint and its timeline', async () => {
  const { id } = await reporter.file();
  const before = (await listOf(service)).total ?? 0;
  expect((await remove(reporter, { id })).as(Deleted)).toEqual({ id, deleted: true });
  (await service.send('GET', `/complain?id=${id}`)).problem(404);
  (await remove(reporter, { id })).problem(404);
  const after = await listOf(service);
  expect(idsOf(after)).not.toContain(id);
  expect(after.total).toBe(before - 1);
  await service.local.settle();
  const query = JSON.stringify({ method: 'equal', attribute: 'complaintId', values: [id] });
  expect((await service.connection.store.timeline.list([query])).rows).toEqual([]);
});

it('is allowed only to admins once somebody has set another status', async () => {
  const { id } = await reporter.file();
  await change(staff, { id, status: 'acknowledged' });
  (await remove(reporter, { id })).problem(403);
  (await remove(staff, { id })).problem(403);
  (await remove(admin, { id })).as(Deleted);
});

it('is refused to strangers, to staff and without a token', async () => {
  const { id } = await reporter.file();
  (await remove(stranger, { id })).problem(403);
  (await remove(staff, { id })).problem(403);
  (await service.send('POST', '/complain/delete', { json: { id } })).problem(401);
  expect(await detailOf(service, id)).toMatchObject({ version: 1 });
});

it.each([
  {},
  { id: 'short' },
  { id: 'A'.repeat(20) },
  { id: '../../x/aaaaaaaaaaaa' },
  { id: 'a'.repeat(20), force: true },
])('refuses %j with 422', async (body) => {
  (await remove(admin, body)).problem(422);
});

it('is 404 for an unknown id, and 412 for an older version', async () => {
  (await remove(admin, { id: 'y'.repeat(20) })).problem(404);
  const { id } = await reporter.file();
  await change(staff, { id, status: 'acknowledged' });
  (await remove(admin, { id }, { 'If-Match': '"1"' })).problem(412);
  (await remove(admin, { id }, { 'If-Match': '"2"' })).as(Deleted);
});

it('succeeds once among many at once, and a simultaneous change succeeds or gets 404', async () => {
  const { id } = await reporter.file();
  const tries = Array.from({ length: 8 }, (_, turn) =>
    turn % 2 === 0 ? remove(admin, { id }) : staff.send('PUT', '/complain', { json: { id, note: `Number ${turn}` } }),
  );
  const statuses = (await Promise.all(tries)).map((answer) => answer.status);
  expect(statuses.filter((status, turn) => turn % 2 === 0 && status === 200)).toHaveLength(1);
  expect(new Set(statuses)).toEqual(new Set([200, 404]));
  (await service.send('GET', `/complain?id=${id}`)).problem(404);
});
