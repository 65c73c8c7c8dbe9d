import { afterAll, beforeAll, expect, it } from 'vitest';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { followRowId } from '#shared/appwrite/follows.ts';
import { WRONG_CHECK_DIGIT } from '#shared/contract/fields.ts';
import { randomId } from '#shared/domain/ids.ts';
import { referenceOf } from '#shared/domain/reference.ts';
import { change, detailOf, idsOf, listOf, runMaintenanceOnce } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, staff, admin] = await service.people('user', 'staff', 'admin');
});
afterAll(() => service.close());

const put = (person: Person, json: Record<string, unknown>) => person.send('PUT', '/complain', { json });
const follow = (person: Person, id: string) => person.send('POST', '/complain/follow', { json: { id } });
const followersOf = async (id: string) => (await detailOf(staff, id)).followers;

it('are rejected without a note; the reporter follows the original at once, the followers after the next maintenance', async () => {
  const [other, fan, both] = await service.people('user', 'user', 'user');
  const original = await reporter.file({ title: 'The original' });
  const double = await other.file({ title: 'The double' });
  for (const person of [fan, both, reporter]) await follow(person, double.id);
  await follow(both, original.id);
  const after = await change(staff, { id: double.id, duplicateOf: original.id });
  expect(after).toMatchObject({ status: 'rejected', duplicateOf: original.id, version: 2, followers: 3 });
  const { timeline } = await detailOf(service, double.id);
  expect(timeline.at(-1)).toMatchObject({ kind: 'status', status: 'rejected', note: null });
  expect(timeline.at(-1)?.changed).toEqual(expect.arrayContaining(['status', 'outcome', 'duplicateOf']));
  expect(await detailOf(other, original.id)).toMatchObject({ following: true, followers: 2, version: 1 });
  await runMaintenanceOnce(service);
  expect([await followersOf(double.id), await followersOf(original.id)]).toEqual([0, 3]);
  expect(idsOf(await listOf(fan, { following: true }))).toEqual([original.id]);
  expect(idsOf(await listOf(reporter, { following: true }))).toEqual([]);
  expect((await service.connection.store.complaints.find(double.id))?.outcome).toBe('duplicate');
});

it('with many followers hand them over in several steps, and leave out deleted accounts', async () => {
  const { store } = service.connection;
  const other = await service.person();
  const account = await findByUsername(store, other.username);
  if (!account) throw new Error('no account');
  const {
    $id: _,
    $createdAt: _c,
    $updatedAt: _u,
    $sequence: _s,
    revoked: _r,
    knownAddresses: _k,
    ...columns
  } = account;
  const [original, double] = [await reporter.file(), await other.file()];
  const people = Array.from({ length: 60 }, () => randomId());
  const living = people.slice(0, 40);
  await Promise.all([
    ...living.map((id) => store.users.insert(id, { ...columns, username: uniqueName() })),
    ...people.map((personId) => {
      const follow = { personId, complaintId: double.id };
      return store.follows.insert(followRowId(follow), follow);
    }),
  ]);
  const row = await store.complaints.find(double.id);
  if (row) await store.complaints.replace(row, { followers: people.length });
  await change(staff, { id: double.id, duplicateOf: original.id });
  await runMaintenanceOnce(service);
  expect([await followersOf(double.id), await followersOf(original.id)]).toEqual([0, 41]);
});

it('may be named by reference, from every status that has not ended', async () => {
  const { store } = service.connection;
  const original = await reporter.file();
  const row = await store.complaints.find(original.id);
  const reference = row?.reference ?? '2026-900001-0';
  if (row && row.reference === null) await store.complaints.replace(row, { reference });
  for (const steps of [[], ['acknowledged'], ['in_progress'], ['in_progress', 'on_hold']]) {
    const { id } = await reporter.file();
    for (const status of steps) await change(staff, { id, status });
    const after = await change(staff, { id, duplicateOf: reference, note: 'See the other one.' });
    expect(after).toMatchObject({ duplicateOf: original.id, status: 'rejected' });
  }
  expect(await followersOf(original.id)).toBe(0);
});

it('are refused after the end, for anybody but staff, and where they would form a chain', async () => {
  const [one, two, three, ended] = await Promise.all([1, 2, 3, 4].map(() => reporter.file()));
  if (!one || !two || !three || !ended) throw new Error('not filed');
  await change(staff, { id: ended.id, status: 'rejected', note: 'No.' });
  const late = (await put(staff, { id: ended.id, duplicateOf: one.id })).problem(409);
  expect(late).toMatchObject({ code: 'illegal_transition', allowed: [] });
  expect((await put(admin, { id: ended.id, duplicateOf: one.id })).problem(409).allowed).toEqual(['in_progress']);
  (await put(reporter, { id: one.id, duplicateOf: two.id })).problem(403);
  (await put(reporter, { id: ended.id, duplicateOf: two.id })).problem(403);
  await change(staff, { id: two.id, duplicateOf: one.id });
  for (const [id, duplicateOf] of [
    [three.id, three.id],
    [three.id, two.id],
    [one.id, three.id],
    [three.id, 'z'.repeat(20)],
    [three.id, referenceOf(2026, 999_999)],
    [three.id, 'nonsense'],
    [three.id, null],
  ] as const) {
    const { errors } = (await put(staff, { id, duplicateOf })).problem(422);
    expect(errors).toMatchObject([{ field: 'duplicateOf' }]);
  }
  (await put(staff, { id: three.id, duplicateOf: one.id, status: 'in_progress' })).problem(422);
  (await put(staff, { id: three.id, duplicateOf: one.id, outcome: 'fixed' })).problem(422);
  expect(await detailOf(staff, three.id)).toMatchObject({ version: 1, duplicateOf: null });
});

it('named by a reference with a wrong check digit are refused before any complaint is read', async () => {
  const [original, double] = [await reporter.file(), await reporter.file()];
  const reference = original.reference ?? '';
  const wrong = reference.slice(0, -1) + ((Number(reference.at(-1)) + 1) % 10);
  const readsOf = async (duplicateOf: string) => {
    await service.local.settle();
    const before = service.local.calls.all().length;
    const answer = await put(staff, { id: double.id, duplicateOf });
    const calls = service.local.calls.all().slice(before);
    return { answer, reads: calls.filter(({ path }) => path.includes('/tables/complaints/')).length };
  };
  const { answer, reads } = await readsOf(wrong);
  expect(answer.problem(422).errors).toMatchObject([{ field: 'duplicateOf', code: 'invalid_value' }]);
  expect(answer.text).toContain(WRONG_CHECK_DIGIT);
  expect(reads).toBe(0);
  const unknown = await readsOf(referenceOf(2026, 999_999));
  unknown.answer.problem(422);
  expect(unknown.reads).toBeGreaterThan(0);
  expect(await change(staff, { id: double.id, duplicateOf: reference })).toMatchObject({ duplicateOf: original.id });
});

it('are no longer duplicates once an admin has reopened them', async () => {
  const [original, double] = [await reporter.file(), await reporter.file()];
  await change(staff, { id: double.id, duplicateOf: original.id });
  (await put(staff, { id: double.id, status: 'in_progress', note: 'They differ.' })).problem(403);
  const reopened = await change(admin, { id: double.id, status: 'in_progress', note: 'They differ.' });
  expect(reopened).toMatchObject({ status: 'in_progress', duplicateOf: null, outcome: null, rating: null });
  expect((await detailOf(staff, double.id)).timeline.at(-1)?.changed).toEqual(
    expect.arrayContaining(['status', 'outcome', 'duplicateOf']),
  );
  // They are independent again, so the original may now become the duplicate.
  expect(await change(staff, { id: original.id, duplicateOf: double.id })).toMatchObject({ duplicateOf: double.id });
});

it('form no chain when two are marked at the same moment', async () => {
  for (let round = 0; round < 8; round += 1) {
    const [a, b, c] = [await reporter.file(), await reporter.file(), await reporter.file()];
    const answers = await Promise.all([
      put(staff, { id: a.id, duplicateOf: b.id }),
      put(admin, { id: b.id, duplicateOf: c.id }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(1);
  }
});

it('show no original that the viewer may not see or that is deleted', async () => {
  const other = await service.person();
  const original = await reporter.file();
  const double = await other.file();
  await change(staff, { id: double.id, duplicateOf: original.id });
  await change(staff, { id: original.id, hidden: true });
  const shownTo = async (viewer: Pick<Person, 'send'>) => {
    const item = (await listOf(viewer, { username: other.username })).items[0];
    const detail = await detailOf(viewer, double.id);
    expect(item?.duplicateOf).toBe(detail.duplicateOf);
    return detail.duplicateOf;
  };
  for (const viewer of [service, other]) expect(await shownTo(viewer)).toBeNull();
  for (const viewer of [staff, reporter]) expect(await shownTo(viewer)).toBe(original.id);
  expect(idsOf(await listOf(other, { following: true }))).toEqual([]);
  await admin.send('POST', '/complain/delete', { json: { id: original.id } });
  expect(await shownTo(staff)).toBeNull();
  await service.local.settle();
  expect((await service.connection.store.complaints.find(double.id))?.duplicateOf).toBeNull();
});

it('lose their followers alike, whether the original was hidden or deleted before they were moved', async () => {
  const fan = await service.person();
  const doubles = [];
  for (const isHidden of [true, false]) {
    const original = await reporter.file();
    const double = await reporter.file();
    await follow(fan, double.id);
    await change(staff, { id: double.id, duplicateOf: original.id });
    if (isHidden) await change(staff, { id: original.id, hidden: true });
    else await admin.send('POST', '/complain/delete', { json: { id: original.id } });
    await service.local.settle();
    doubles.push(double.id);
  }
  await runMaintenanceOnce(service);
  for (const id of doubles) {
    expect(await detailOf(fan, id)).toMatchObject({ followers: 0, following: false, duplicateOf: null });
  }
  expect(idsOf(await listOf(fan, { following: true }))).toEqual([]);
});

it('of an erased reporter add no follower', async () => {
  const gone = await service.person();
  const original = await reporter.file();
  const double = await gone.file();
  await gone.send('DELETE', '/user', { json: { password: PASSWORD } });
  await change(staff, { id: double.id, duplicateOf: original.id });
  expect(await followersOf(original.id)).toBe(0);
});
