import { afterAll, beforeAll, expect, it } from 'vitest';
import { change, detailOf, fileWithPictures, listOf } from '../../support/complaints.ts';
import { logOf } from '../../support/function-log.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';
import type { Answer } from '../../support/send.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService({}, { delays: true });
  [reporter, staff] = await service.people('user', 'staff');
  // Warms up: the first complaint of each kind creates the totals.
  const first = await reporter.file({ category: 'roads' });
  for (const status of ['in_progress', 'resolved', 'closed']) await change(staff, { id: first.id, status });
});
afterAll(() => service.close());

async function costOf(answer: Answer): Promise<[calls: number, inRow: number]> {
  expect(answer.status).toBe(200);
  const { calls, depth } = await logOf(service, 'complaints', answer);
  return [calls, depth];
}

const get = async (query: string, viewer: Pick<Person, 'send'> = service) =>
  costOf(await viewer.send('GET', `/complain${query}`));
const put = async (json: unknown) => costOf(await staff.send('PUT', '/complain', { json }));

it('a list costs one call, one for each of several statuses, and two in a row where no index covers all conditions', async () => {
  await reporter.file();
  const { next } = await listOf(service, { pageSize: 1 });
  expect(await get('?page=1&status=created&sort=-updatedAt')).toEqual([1, 1]);
  expect(await get('?status=closed&category=roads&from=2026-01-01')).toEqual([1, 1]);
  expect(await get(`?after=${next}&pageSize=1`)).toEqual([1, 1]);
  expect(await get('?page=900')).toEqual([1, 1]);
  expect(await get('?status=created,closed,on_hold')).toEqual([3, 1]);
  expect(await get('?overdue=true')).toEqual([4, 1]);
  expect(await get('?overdue=false')).toEqual([2, 2]);
  expect(await get('?username=nobody-of-this-name')).toEqual([1, 1]);
  expect(await get('?username=..')).toEqual([0, 0]);
});

it('reading the account costs one call before the list, since it decides what is listed', async () => {
  expect(await get('?mine=true', reporter)).toEqual([2, 2]);
  expect(await get('?assignedTo=me&status=created', staff)).toEqual([2, 2]);
});

it('an empty list of a category costs a call that checks whether the category exists', async () => {
  expect(await get('?category=noise')).toEqual([2, 2]);
  expect(await get('?category=roads')).toEqual([1, 1]);
});

it('a search reads the words, then their complaints; `near` reads the cells around, then the complaints in full', async () => {
  await reporter.file({ title: 'Leaking hydrant', latitude: 1, longitude: 1 });
  expect(await get('?q=hydrant')).toEqual([2, 2]);
  // The same cost as for a word that only hidden complaints contain.
  expect(await get('?q=nowhere')).toEqual([2, 2]);
  expect(await get('?q=leaking+hydrant')).toEqual([4, 3]);
  expect(await get('?near=1,1&radius=50')).toEqual([4, 3]);
});

it('a complaint is read beside the account, and its timeline after both, for viewers who may read it', async () => {
  const { id } = await reporter.file();
  expect(await get(`?id=${id}`)).toEqual([2, 2]);
  expect(await get(`?id=${id}`, staff)).toEqual([3, 2]);
});

it('a stranger causes the same calls for a hidden complaint with a long timeline as for an unknown id', async () => {
  const { id } = await reporter.file();
  await put({ id, hidden: true });
  const cost = async (asked: string, viewer: Pick<Person, 'send'>) => {
    const answer = await viewer.send('GET', `/complain?id=${asked}`);
    expect(answer.status).toBe(404);
    const { calls, depth } = await logOf(service, 'complaints', answer);
    return [calls, depth];
  };
  const stranger = await service.person();
  expect(await cost(id, service)).toEqual(await cost('z'.repeat(20), service));
  expect(await cost(id, stranger)).toEqual(await cost('z'.repeat(20), stranger));
});

it('a search causes a stranger the same calls for a word of hidden complaints only as for an unknown word', async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    const { id } = await reporter.file({ title: 'A platypus', latitude: 3, longitude: 3 });
    await put({ id, hidden: true });
  }
  for (const query of ['pageSize=1&q=', 'pageSize=1&sort=createdAt&q=', 'pageSize=1&near=3,3&radius=50&q=']) {
    expect(await get(`?${query}platypus`)).toEqual(await get(`?${query}wombat`));
  }
  expect(await get('/similar?q=platypus')).toEqual(await get('/similar?q=wombat'));
});

it('a duplicate causes a stranger the same calls when its original is hidden as when it was deleted', async () => {
  const doubleOf = async () => {
    const [original, double] = [await reporter.file(), await reporter.file()];
    await change(staff, { id: double.id, duplicateOf: original.id });
    return [original.id, double.id];
  };
  const [[hidden, first], [deleted, second]] = [await doubleOf(), await doubleOf()];
  await put({ id: hidden, hidden: true });
  expect((await reporter.send('POST', '/complain/delete', { json: { id: deleted } })).status).toBe(200);
  await service.local.settle();
  const costs = [];
  for (const id of [first, second]) {
    expect(await detailOf(service, id ?? '')).toMatchObject({ outcome: 'duplicate', duplicateOf: null });
    costs.push(await get(`?id=${id}`));
  }
  expect(costs[0]).toEqual(costs[1]);
  // The duplicates are deleted again, since a list with a duplicate costs one more call.
  const admin = await service.person('admin');
  for (const id of [first, second]) {
    expect((await admin.send('POST', '/complain/delete', { json: { id } })).status).toBe(200);
  }
});

it('a change costs two reads and its limit side by side, then a transaction; an assignee costs a read beside them', async () => {
  const { id } = await reporter.file();
  expect(await put({ id, status: 'in_progress', progress: 20, note: 'Begun.', internalNote: 'By hand.' })).toEqual([
    7, 3,
  ]);
  expect(await put({ id, assignedTo: staff.username })).toEqual([8, 3]);
  // A change without effect writes nothing and gives its use of the limit back.
  expect(await put({ id, status: 'in_progress' })).toEqual([6, 2]);
});

it('hiding makes a new URL for each picture before the commit, and ends the old one after it', async () => {
  const { id } = await fileWithPictures(reporter, 1);
  expect(await put({ id, hidden: true })).toEqual([10, 6]);
  expect(await put({ id, hidden: false })).toEqual([7, 3]);
});

it('figures are four calls, however much has changed', async () => {
  await reporter.file();
  expect(await get('/stats')).toEqual([4, 2]);
});
