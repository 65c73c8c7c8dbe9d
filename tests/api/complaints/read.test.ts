import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change, detailOf, listOf } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let stranger: Person;
let staff: Person;

beforeAll(async () => {
  service = await sharedService();
  [reporter, stranger, staff] = await service.people('user', 'user', 'staff');
});
afterAll(() => service.close());

it('shows a complaint with its ETag and its creation as the first entry', async () => {
  const filed = await reporter.file({ location: 'Mill Lane 3', latitude: 52.5, longitude: 13.4 });
  const answer = await service.send('GET', `/complain?id=${filed.id}`);
  expect(answer.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
  const detail = await detailOf(service, filed.id);
  expect(detail).toEqual({ ...filed, following: undefined, timeline: detail.timeline, timelineNext: null });
  const entry = {
    kind: 'created',
    status: 'created',
    progress: 0,
    role: 'user',
    by: null,
    note: null,
    internal: false,
  };
  expect(detail.timeline).toMatchObject([entry]);
});

it('is 404 for an unknown id and 422 for an invalid one, also beside a filter', async () => {
  (await service.send('GET', `/complain?id=${'q'.repeat(20)}`)).problem(404);
  for (const query of ['id=abc', `id=${'a'.repeat(21)}`, `id=${'A'.repeat(20)}`, `id=${'q'.repeat(20)}&page=1`]) {
    (await service.send('GET', `/complain?${query}`)).problem(422);
  }
  (await service.send('GET', `/complain?id=${'q'.repeat(20)}`, { headers: { TOKEN: 'x' } })).problem(401);
});

it('pages a long timeline without gaps or repetitions, for each viewer', async () => {
  const { id } = await reporter.file();
  for (let number = 0; number < 105; number += 1) {
    const note = number % 3 === 0 ? { internalNote: `Internal ${number}` } : { note: `Public ${number}` };
    await change(staff, { id, ...note });
  }
  const read = async (viewer: Pick<Person, 'send'>) => {
    const pages = [await detailOf(viewer, id)];
    for (let next = pages[0]?.timelineNext; next; next = pages.at(-1)?.timelineNext) {
      pages.push(await detailOf(viewer, id, next));
    }
    return pages.flatMap(({ timeline }) => timeline);
  };
  const seen = await read(staff);
  expect(seen).toHaveLength(106);
  expect(new Set(seen.map((entry) => entry.note ?? entry.internalNote)).size).toBe(106);
  const open = await read(service);
  expect(open).toHaveLength(71);
  expect(JSON.stringify(open)).not.toContain('Internal');
});

describe('an anonymous complaint', () => {
  it('names its reporter to the desk and to the reporter, and to nobody else in any view', async () => {
    const shy = await service.person();
    const { id } = await shy.file({ anonymous: true, title: 'Anonymous lamp' });
    await change(shy, { id, note: 'Please hurry.' });
    for (const viewer of [service, stranger]) {
      const answers = await Promise.all([
        viewer.send('GET', `/complain?id=${id}`),
        viewer.send('GET', '/complain?q=anonymous'),
        viewer.send('GET', '/complain'),
        viewer.send('GET', '/complain/stats'),
      ]);
      for (const { text } of answers) expect(text).not.toContain(shy.username);
    }
    for (const viewer of [shy, staff]) {
      const detail = await detailOf(viewer, id);
      expect(detail.username).toBe(shy.username);
      expect(detail.timeline.map((entry) => entry.by)).toEqual([shy.username, shy.username]);
    }
  });

  it('does not name the reporter in the answer to a change by a stranger', async () => {
    const { id } = await reporter.file({ anonymous: true });
    const { text } = await stranger.send('PUT', '/complain', { json: { id, note: 'Who is it?' } });
    expect(text).not.toContain(reporter.username);
  });
});

it('keeps the complaints of an erased reporter, and shows the name to nobody', async () => {
  const leaver = await service.person();
  const { id } = await leaver.file({ title: 'Left behind' });
  await change(leaver, { id, note: 'Bye.' });
  expect((await leaver.send('DELETE', '/user', { json: { password: PASSWORD } })).status).toBe(204);
  await service.local.settle();
  for (const viewer of [service, staff]) {
    const answer = await viewer.send('GET', `/complain?id=${id}`);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(leaver.username);
    expect(await detailOf(viewer, id)).toMatchObject({ username: null });
    expect(await listOf(viewer, { username: leaver.username })).toMatchObject({ items: [], total: 0 });
  }
  expect(await change(staff, { id, hidden: true })).toMatchObject({ hidden: true, username: null });
  expect(await change(staff, { id, hidden: false })).toMatchObject({ hidden: false });
});
