import { afterAll, beforeAll, expect, it } from 'vitest';
import { change, fileWithPictures, listOf } from '../../support/complaints.ts';
import { logOf } from '../../support/function-log.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';
import type { Answer } from '../../support/send.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, staff] = await service.people('user', 'staff');
  // The first of each kind makes the totals that all later ones count in.
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

it('a list is one call, whatever it filters and sorts by; by cursor its count is another one beside it', async () => {
  await reporter.file();
  const { next } = await listOf(service, { pageSize: 1 });
  expect(await get('?page=1&status=created,closed&q=lamp&overdue=false&sort=-updatedAt')).toEqual([1, 1]);
  expect(await get(`?after=${next}&pageSize=1`)).toEqual([2, 1]);
  expect(await get('?page=900')).toEqual([1, 1]);
  expect(await get('?near=1,1&radius=50')).toEqual([1, 1]);
  expect(await get('?username=nobody-of-this-name')).toEqual([1, 1]);
  expect(await get('?username=..')).toEqual([0, 0]);
});

it('who asks is one call before the list, since it decides what is listed', async () => {
  expect(await get('?mine=true', reporter)).toEqual([2, 2]);
  expect(await get('?assignedTo=me&status=created', staff)).toEqual([2, 2]);
});

it('a list of a category in which nothing is found asks whether there is such a category', async () => {
  expect(await get('?category=noise')).toEqual([2, 2]);
  expect(await get('?category=roads')).toEqual([1, 1]);
});

it('a complaint and its timeline are read side by side, beside who asks', async () => {
  const { id } = await reporter.file();
  expect(await get(`?id=${id}`)).toEqual([2, 1]);
  expect(await get(`?id=${id}`, staff)).toEqual([3, 1]);
});

it('a change is two reads side by side and a transaction, and looks up a name beside them', async () => {
  const { id } = await reporter.file();
  expect(await put({ id, status: 'in_progress', progress: 20, note: 'Begun.', internalNote: 'By hand.' })).toEqual([
    5, 4,
  ]);
  expect(await put({ id, assignedTo: staff.username })).toEqual([6, 4]);
  expect(await put({ id, status: 'in_progress' })).toEqual([2, 1]);
});

it('hiding makes a new URL for each picture before, and ends the old one after', async () => {
  const { id } = await fileWithPictures(reporter, 1);
  expect(await put({ id, hidden: true })).toEqual([8, 7]);
  expect(await put({ id, hidden: false })).toEqual([5, 4]);
});

it('figures are four calls, however much has changed', async () => {
  await reporter.file();
  expect(await get('/stats')).toEqual([4, 2]);
});
