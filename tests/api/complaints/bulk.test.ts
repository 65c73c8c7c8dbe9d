import { afterAll, beforeAll, expect, it } from 'vitest';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { composeService, openDeps } from '#shared/compose.ts';
import { readConfig } from '#shared/config.ts';
import { ChangeResults } from '#shared/contract/responses.ts';
import { changeMany } from '#shared/services/complaints/change-many.ts';
import { change, detailOf } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, staff] = await service.people('user', 'staff');
});
afterAll(() => service.close());

const bulk = (person: Person, json: unknown) => person.send('PUT', '/complain/bulk', { json });
const UNKNOWN = 'z'.repeat(20);

it('changes each complaint by the rules of a single change and lists the results in the order sent', async () => {
  const [fresh, ended, hidden] = [await reporter.file(), await reporter.file(), await reporter.file()];
  await change(staff, { id: ended.id, status: 'rejected', note: 'No.' });
  await change(staff, { id: hidden.id, hidden: true });
  const ids = [ended.id, fresh.id, UNKNOWN, hidden.id];
  const sent = { ids, change: { status: 'acknowledged', note: 'Seen.', assignedTo: staff.username } };
  const { results } = (await bulk(staff, sent)).as(ChangeResults);
  expect(results).toEqual([
    { id: ended.id, ok: false, status: 409, code: 'illegal_transition' },
    { id: fresh.id, ok: true, status: 200 },
    { id: UNKNOWN, ok: false, status: 404, code: 'not_found' },
    { id: hidden.id, ok: true, status: 200 },
  ]);
  const after = await detailOf(staff, fresh.id);
  expect(after).toMatchObject({ status: 'acknowledged', assignedTo: staff.username, version: 2 });
  expect(after.timeline.at(-1)).toMatchObject({ note: 'Seen.', by: staff.username });
  expect(await detailOf(staff, ended.id)).toMatchObject({ status: 'rejected', version: 2 });
});

it('assigns to the caller by `me`', async () => {
  const ids = [(await reporter.file()).id, (await reporter.file()).id];
  const { results } = (await bulk(staff, { ids, change: { assignedTo: 'me' } })).as(ChangeResults);
  expect(results.map(({ status }) => status)).toEqual([200, 200]);
  for (const id of ids) expect(await detailOf(staff, id)).toMatchObject({ assignedTo: staff.username, version: 2 });
});

it('changes 50 complaints at once', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, async () => (await reporter.file()).id));
  const { results } = (await bulk(staff, { ids, change: { hidden: true } })).as(ChangeResults);
  expect(results).toEqual(ids.map((id) => ({ id, ok: true, status: 200 })));
});

it('reads accounts and reserves the limit once for all complaints, and gives back what it did not use', async () => {
  const limited = await startService({
    STAFF_CHANGES_PER_HOUR: '6',
    // A hedge delay of 20 s keeps reads from being repeated on a busy machine, which would change the counts.
    ...{ APPWRITE_HEDGE_MS: '20000', APPWRITE_TIMEOUT_MS: '20000' },
  });
  try {
    const [user, clerk, other] = await limited.people('user', 'staff', 'staff');
    const ids = await Promise.all([1, 2, 3].map(async () => (await user.file()).id));
    const sent = { change: { status: 'acknowledged', category: 'roads', assignedTo: clerk.username } };
    // Warms up: the first change of each kind creates the totals.
    (await bulk(other, { ids: [(await user.file()).id], ...sent })).as(ChangeResults);
    const callsFor = async (some: string[]) => {
      const answers: number[][] = [];
      const calls = await limited.local.calls.during(async () => {
        const { results } = (await bulk(clerk, { ids: some, ...sent })).as(ChangeResults);
        answers.push(results.map(({ status }) => status));
      });
      const ofChange = calls.filter(({ functionId }) => functionId === limited.functionId('complaints'));
      const of = (table: string) => ofChange.filter(({ path }) => path.includes(`/tables/${table}/`)).length;
      return { statuses: answers.flat(), limits: of('limits'), users: of('users'), categories: of('categories') };
    };
    const three = await callsFor([...ids, UNKNOWN, 'y'.repeat(20)]);
    expect(three.statuses).toEqual([200, 200, 200, 404, 404]);
    // Limits: counted, added up, and two uses given back. Users: caller and new assignee. Categories: the new one.
    expect(three).toMatchObject({ limits: 3, users: 2, categories: 1 });
    const more = await Promise.all([1, 2, 3, 4].map(async () => (await user.file()).id));
    const rest = await callsFor(more);
    expect(rest.statuses.sort()).toEqual([200, 200, 200, 429]);
    expect((await callsFor([more[0] ?? ''])).statuses).toEqual([200]);
    (await clerk.send('PUT', '/complain', { json: { id: ids[0], note: 'One too many.' } })).problem(429);
  } finally {
    await limited.close();
  }
});

it('answers 503 for complaints that there is no time left for, and does not change them', async () => {
  const { endpoint, projectId, apiKey: key } = service.local;
  const env = {
    ...service.settings,
    APPWRITE_FUNCTION_API_ENDPOINT: endpoint,
    APPWRITE_FUNCTION_PROJECT_ID: projectId,
  };
  const deps = openDeps(composeService(readConfig(env)), { key, address: '192.0.2.1' });
  const account = await findByUsername(deps.store, staff.username);
  if (!account) throw new Error('no account');
  const actor = Promise.resolve({ id: account.$id, username: account.username, role: account.role });
  const ids = [(await reporter.file()).id, (await reporter.file()).id];
  const input = { note: 'Seen.' };
  const late = await changeMany(deps, actor, { ids, input, accountId: account.$id, milliseconds: -1 });
  expect(late).toEqual(ids.map((id) => ({ id, ok: false, status: 503, code: 'unavailable' })));
  for (const id of ids) expect(await detailOf(staff, id)).toMatchObject({ version: 1 });
});

it.each([
  ['an id twice', { ids: [UNKNOWN, UNKNOWN], change: { hidden: true } }],
  ['no id', { ids: [], change: { hidden: true } }],
  [
    'more than 50',
    { ids: Array.from({ length: 51 }, (_, n) => String(n).padStart(20, 'a')), change: { hidden: true } },
  ],
  ['a malformed id', { ids: ['42'], change: { hidden: true } }],
  ['nothing to change', { ids: [UNKNOWN], change: {} }],
  ['a field that is not for many', { ids: [UNKNOWN], change: { title: 'Another title' } }],
])('refuses %s', async (_, json) => {
  (await bulk(staff, json)).problem(422);
});

it('is for staff and admins', async () => {
  const { id } = await reporter.file();
  (await bulk(reporter, { ids: [id], change: { note: 'Mine.' } })).problem(403);
  (await service.send('PUT', '/complain/bulk', { json: { ids: [id], change: { note: 'x' } } })).problem(401);
});
