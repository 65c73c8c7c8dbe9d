import type { Snapshot } from 'local-appwrite';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { connect } from '#scripts/project/connect.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { countedAs } from '#shared/appwrite/tallies.ts';
import { textMarkOf } from '#shared/appwrite/words.ts';
import { readCaseSettings } from '#shared/config.ts';
import type { Happening } from '#shared/domain/audience.ts';
import { DAY, HOUR, MINUTE, systemClock } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { referenceOf } from '#shared/domain/reference.ts';
import { runMaintenance } from '#shared/services/maintenance/run.ts';
import { change, detailOf, idsOf, listOf } from '../../support/complaints.ts';
import { DAYS_SETTINGS, type Person, type Service, startService } from '../../support/harness.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { deliveriesOf, giveAddress } from '../../support/mail.ts';
import { runAndReadLog } from '../../support/maintenance-log.ts';

let service: Service;
let reporter: Person;
let staff: Person;
let first: Person;
let second: Person;
let start: Snapshot;
/** Usernames by account id. */
const people = new Map<string, string>();

beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true });
  [reporter, staff, first, second] = await service.people('user', 'staff', 'staff', 'admin');
  for (const { username } of [reporter, first, second]) people.set(await giveAddress(service, username), username);
  const { categories } = service.connection.store;
  const names = { assignee: staff.username, escalateTo: `${first.username.toUpperCase()}, ${second.username}` };
  await categories.insert('ice', { name: 'Ice', ...names, hoursToAcknowledge: 2, daysUntilOverdue: 1 });
  await categories.insert('leaves', { name: 'Leaves', daysUntilOverdue: 1 });
  await categories.insert('moss', {
    name: 'Moss',
    daysUntilOverdue: 1,
    escalateTo: `${reporter.username},nobody-here`,
  });
  // Does everything that is due on the first day.
  await runAndReadLog(service);
  start = await service.local.snapshot();
});
afterEach(async () => {
  service.local.faults.clear();
  await service.local.restore(start);
});
afterAll(() => service.close());

const now = () => service.local.clock.now();

async function rowOf(id: string) {
  const row = await service.connection.store.complaints.find(id);
  if (!row) throw new Error('gone');
  return row;
}

async function entriesOf(id: string, kind: string) {
  return (await detailOf(staff, id)).timeline.filter((entry) => entry.kind === kind);
}

/** Who was told of a happening, each with the version of the complaint, such as `2 grace`. */
async function recipientsOf(id: string, happening: Happening) {
  await service.local.settle();
  const told = (await deliveriesOf(service, id)).filter((delivery) => delivery.told.includes(happening));
  return told.map(({ complaintVersion, accountId }) => `${complaintVersion} ${people.get(accountId ?? '')}`).sort();
}

/** Runs maintenance after so many milliseconds; resolves to the number of steps it has taken. */
const stepsAfter = async (later: number) => (await runAndReadLog(service, later)).steps;

it('a category gives a complaint both deadlines, in working time', async () => {
  const { id, createdAt, overdueAt } = await reporter.file({ category: 'ice' });
  expect(Date.parse(overdueAt ?? '') - Date.parse(createdAt)).toBe(DAY);
  const { acknowledgeBy } = await rowOf(id);
  expect(Date.parse(acknowledgeBy ?? '') - Date.parse(createdAt)).toBe(2 * HOUR);
});

it('a deadline that passes assigns the first person, and each further day the next one, separately for each deadline', async () => {
  const { id } = await reporter.file({ category: 'ice' });
  expect(await stepsAfter(HOUR)).toBe(0);
  expect(await stepsAfter(HOUR)).toBe(1);
  expect(await rowOf(id)).toMatchObject({
    assignedTo: first.username,
    acknowledgeLevel: 1,
    version: 2,
    touched: false,
  });
  expect(await stepsAfter(HOUR)).toBe(0);
  // Overdue after one day; one more day after the first deadline the complaint is still not acknowledged.
  expect(await stepsAfter(21 * HOUR)).toBe(1);
  expect(await stepsAfter(2 * HOUR)).toBe(1);
  expect(await rowOf(id)).toMatchObject({ assignedTo: second.username, acknowledgeLevel: 2, overdueLevel: 1 });
  expect(await stepsAfter(DAY)).toBe(1);
  expect(await stepsAfter(3 * DAY)).toBe(0);
  expect(await rowOf(id)).toMatchObject({ version: 5, acknowledgeLevel: 2, overdueLevel: 2, stepAt: null });
  const notes = (await entriesOf(id, 'escalation')).map(({ internalNote, role, by }) => [internalNote, role, by]);
  expect(notes.map(([note]) => note)).toEqual([
    'Not acknowledged in time: level 1.',
    'Overdue: level 1.',
    'Not acknowledged in time: level 2.',
    'Overdue: level 2.',
  ]);
  expect(notes[0]?.slice(1)).toEqual(['system', null]);
  expect((await detailOf(service, id)).timeline).toHaveLength(1);
  const [one, two] = [first.username, second.username];
  expect(await recipientsOf(id, 'escalated')).toEqual([`2 ${one}`, `3 ${one}`, `4 ${two}`, `5 ${two}`]);
  await checkInvariants(service);
});

it('missed steps are taken one after the other when the schedule runs again', async () => {
  const { id } = await reporter.file({ category: 'ice' });
  expect(await stepsAfter(5 * DAY)).toBe(4);
  expect(await rowOf(id)).toMatchObject({ version: 5, assignedTo: second.username, stepAt: null });
});

it('a complaint that is acknowledged in time is escalated only when it is overdue', async () => {
  const { id } = await reporter.file({ category: 'ice' });
  await change(staff, { id, status: 'acknowledged' });
  expect(await stepsAfter(3 * HOUR)).toBe(0);
  expect(await stepsAfter(22 * HOUR)).toBe(1);
  expect(await rowOf(id)).toMatchObject({ acknowledgeLevel: 0, overdueLevel: 1, assignedTo: first.username });
});

it('a complaint on hold has no deadline, and afterwards the time that was left', async () => {
  const { id } = await reporter.file({ category: 'ice' });
  await change(staff, { id, status: 'acknowledged' });
  service.local.clock.advance(4 * HOUR);
  const held = await change(staff, { id, status: 'on_hold' });
  expect(held.overdueAt).toBeNull();
  expect(await stepsAfter(3 * DAY)).toBe(0);
  expect(idsOf(await listOf(staff, { overdue: true }))).toEqual([]);
  const resumed = await change(staff, { id, status: 'in_progress' });
  expect(Date.parse(resumed.overdueAt ?? '') - now()).toBeGreaterThan(20 * HOUR - MINUTE);
  expect(Date.parse(resumed.overdueAt ?? '') - now()).toBeLessThanOrEqual(20 * HOUR + MINUTE);
  const { id: sooner } = await reporter.file({ category: 'ice' });
  await change(staff, { id: sooner, status: 'in_progress' });
  expect(idsOf(await listOf(staff, { sort: 'overdueAt', status: 'in_progress' }))).toEqual([id, sooner]);
  expect(await stepsAfter(21 * HOUR)).toBe(1);
  expect(idsOf(await listOf(staff, { overdue: true }))).toEqual([id]);
});

it('a category without people escalates nothing, and its deadline is handled once', async () => {
  const { id } = await reporter.file({ category: 'leaves' });
  expect(await stepsAfter(2 * DAY)).toBe(0);
  expect(await rowOf(id)).toMatchObject({ version: 1, stepAt: null, assignedTo: null });
  expect(idsOf(await listOf(staff, { overdue: true }))).toEqual([id]);
});

it('people who are not staff are assigned nothing, and the entry says so', async () => {
  const { id } = await reporter.file({ category: 'moss' });
  expect(await stepsAfter(DAY)).toBe(1);
  expect(await rowOf(id)).toMatchObject({ version: 2, overdueLevel: 1, assignedTo: null });
  const [entry] = await entriesOf(id, 'escalation');
  expect(entry).toMatchObject({ internal: true, changed: [] });
  expect(entry?.internalNote).toBe('Overdue: level 1. The person of this level does not work here.');
});

it('a resolved complaint is closed automatically after 14 days, and not before', async () => {
  const { id } = await reporter.file({ category: 'ice' });
  const { id: reopened } = await reporter.file();
  for (const status of ['acknowledged', 'resolved']) {
    await change(staff, { id, status });
    await change(staff, { id: reopened, status });
  }
  expect(await stepsAfter(14 * DAY - HOUR)).toBe(0);
  await change(reporter, { id: reopened, status: 'in_progress', note: 'It is back.' });
  expect(await stepsAfter(HOUR)).toBe(1);
  const { status, version, progress, timeline } = await detailOf(service, id);
  expect({ status, version, progress }).toEqual({ status: 'closed', version: 4, progress: 100 });
  expect(timeline.at(-1)).toMatchObject({
    kind: 'status',
    status: 'closed',
    role: 'system',
    by: null,
    internal: false,
  });
  expect(await recipientsOf(id, 'closed')).toContain(`4 ${reporter.username}`);
  expect((await rowOf(reopened)).status).toBe('in_progress');
  (await reporter.send('PUT', '/complain', { json: { id, status: 'in_progress', note: 'It is back.' } })).problem(403);
  await checkInvariants(service);
});

it('a step is taken once by two simultaneous runs, and once when the answer of its commit was lost', async () => {
  const ids = [await reporter.file({ category: 'ice' }), await reporter.file({ category: 'ice' })].map(({ id }) => id);
  const clock = { ...systemClock, now: () => new Date(now() + 3 * HOUR) };
  const run = () => runMaintenance({ ...connect(service.connection.target), clock }, readCaseSettings(DAYS_SETTINGS));
  const commits = { method: 'PATCH', path: '/v1/tablesdb/transactions/*' };
  service.local.faults.add({ kind: 'server-error', effect: 'done', ...commits });
  const reports = await Promise.all([run(), run()]);
  expect(reports[0].steps + reports[1].steps).toBe(2);
  expect(await run()).toMatchObject({ steps: 0 });
  for (const id of ids) {
    expect(await rowOf(id)).toMatchObject({ version: 2, acknowledgeLevel: 1, assignedTo: first.username });
    expect(await entriesOf(id, 'escalation')).toHaveLength(1);
    expect(await recipientsOf(id, 'escalated')).toEqual([`2 ${first.username}`]);
  }
});

it('a step that fails waits an hour and does not delay the others', async () => {
  const [stuck, other] = [await reporter.file({ category: 'ice' }), await reporter.file({ category: 'ice' })];
  const commits = { method: 'PATCH', path: '/v1/tablesdb/transactions/*' };
  service.local.faults.add({ kind: 'server-error', ...commits });
  await expect(runAndReadLog(service, 2 * HOUR)).rejects.toThrow('maintenance has failed');
  service.local.faults.clear();
  const levels = async () =>
    (await Promise.all([stuck, other].map(({ id }) => rowOf(id)))).map((row) => row.acknowledgeLevel);
  expect((await levels()).toSorted()).toEqual([0, 1]);
  expect(await stepsAfter(0)).toBe(0);
  expect(await stepsAfter(HOUR)).toBe(1);
  expect(await levels()).toEqual([1, 1]);
});

it('a run takes a limited number of steps, and the next one continues', async () => {
  const { store } = service.connection;
  const { id } = await reporter.file({ category: 'leaves' });
  const { $id: _, $createdAt: __, $updatedAt: ___, $sequence: ____, ...row } = await rowOf(id);
  for (let at = 0; at < 60; at += 1) {
    const $id = randomId();
    const own = { stepAt: new Date(now()).toISOString(), images: '[]', contact: null, category: 'moss' };
    const made = {
      ...row,
      ...own,
      reference: referenceOf(2001, at),
      ...listColumns($id, { ...row, category: 'moss' }),
    };
    await store.complaints.insert($id, { ...made, counted: countedAs(made), textMark: textMarkOf(made) });
  }
  const reports = [await runAndReadLog(service, DAY)];
  while (reports.at(-1)?.steps !== 0 && reports.length < 9) reports.push(await runAndReadLog(service));
  expect(reports.reduce((sum, { steps }) => sum + steps, 0)).toBe(60);
  for (const { calls } of reports) expect(calls).toBeLessThanOrEqual(200);
  expect(reports[0]?.steps).toBeLessThan(60);
});
