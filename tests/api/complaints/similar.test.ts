import { afterAll, beforeAll, expect, it } from 'vitest';
import { SimilarList } from '#shared/contract/responses.ts';
import { change, idsOf } from '../../support/complaints.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  service = await sharedService();
  [reporter, staff] = await service.people('user', 'staff');
});
afterAll(() => service.close());

const similar = async (query: Record<string, string>, viewer: Pick<Person, 'send'> = service) =>
  (await viewer.send('GET', `/complain/similar?${new URLSearchParams(query)}`)).as(SimilarList);
const at = (latitude: number) => ({ latitude, longitude: 30 });
const HERE = { latitude: '50', longitude: '30' };

it('lists at most five open complaints around a place, nearest first, with their distance', async () => {
  const filed: string[] = [];
  for (let number = 0; number < 7; number += 1) {
    filed.push((await reporter.file({ title: 'Cracked kerb', ...at(50 + number * 0.0002) })).id);
  }
  await reporter.file(at(50.1));
  const [ended = '', hidden = '', ...open] = filed;
  await change(staff, { id: ended, status: 'rejected', note: 'No.' });
  await change(staff, { id: hidden, hidden: true });
  const { items } = await similar(HERE);
  expect(idsOf({ items })).toEqual(open);
  expect(items.map(({ distance }) => distance)).toEqual([44, 67, 89, 111, 133]);
  expect(idsOf(await similar(HERE, staff))).toEqual([hidden, ...open.slice(0, 4)]);
  expect(idsOf(await similar(HERE, reporter))).toEqual([hidden, ...open.slice(0, 4)]);
  expect(idsOf(await similar({ ...HERE, q: 'kerb' }))).toEqual(open);
  expect(idsOf(await similar({ ...HERE, q: 'kerb cracked badly' }))).toEqual(open);
  expect(idsOf(await similar({ ...HERE, q: 'graffiti' }))).toEqual([]);
  expect(idsOf(await similar({ ...HERE, category: 'waste' }))).toEqual([]);
});

it('lists the complaints with the most matching words when no place is sent', async () => {
  const file = async (title: string, more = {}) => (await reporter.file({ title, ...more })).id;
  const two = await file('Overturned dumpster');
  const three = await file('Overturned dumpster, burning');
  const inWaste = await file('Burning overturned dumpster', { category: 'waste' });
  await file('Dumpster');
  const { items } = await similar({ q: 'OVERTURNED burning dumpster' });
  expect(idsOf({ items })).toEqual([inWaste, three, two]);
  expect(items.map(({ distance }) => distance)).toEqual([null, null, null]);
  expect(idsOf(await similar({ q: 'burning dumpster', category: 'WASTE' }))).toEqual([inWaste]);
});

it.each([
  '',
  'category=roads',
  'latitude=1',
  'longitude=1',
  'latitude=91&longitude=1',
  'q=***',
  'near=1,1',
  'q=lamp&category=nonsense',
  'q=a&q=b',
])('refuses the query "%s"', async (query) => {
  (await service.send('GET', `/complain/similar?${query}`)).problem(422);
});

it('refuses an invalid token', async () => {
  (await service.send('GET', '/complain/similar?q=lamp', { headers: { TOKEN: 'x' } })).problem(401);
});
