import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reserve } from '#shared/appwrite/limits.ts';
import { Accepted, ChangeResults, Complaint, ComplaintList, Following } from '#shared/contract/responses.ts';
import { HOUR, MINUTE, SECOND, systemClock } from '#shared/domain/clock.ts';
import { seededRandom } from '#tests/support/seeded-random.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';
import type { Answer } from '../../support/send.ts';

let service: Service;
beforeAll(async () => {
  const limits = {
    REGISTRATIONS_PER_HOUR: '3',
    COMPLAINTS_PER_HOUR: '3',
    CHANGES_PER_HOUR: '3',
    STAFF_CHANGES_PER_HOUR: '5',
    FOLLOWS_PER_HOUR: '3',
    CONFIRM_MAILS_PER_HOUR: '2',
    RECOVERIES_PER_HOUR: '3',
    LOGIN_FAILURES_FROM_KNOWN: '4',
  };
  service = await startService(limits, { maintenance: false });
});
afterAll(() => service.close());

const nextHour = () => (Math.floor(service.local.clock.now() / HOUR) + 1) * HOUR;

function refusedUntilLater(answer: Answer): void {
  expect(answer.problem(429).code).toBe('too_many_requests');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(3_600);
}

it('registrations and failed logins have the limits that are set, and are allowed again after their window', async () => {
  const register = (username = uniqueName()) =>
    service.send('POST', '/user', { json: { username, password: PASSWORD, name: 'One Of Many' } });
  const username = uniqueName('ada');
  // Accounts that other tests opened within the last hour count towards the limit.
  service.local.clock.advance(HOUR);
  for (const name of [username, uniqueName(), uniqueName()]) expect((await register(name)).status).toBe(201);
  refusedUntilLater(await register());

  // A network from which the account was registered has a budget of its own, then one try in 15 seconds.
  const guess = (password: string) => service.send('POST', '/login', { json: { username, password } });
  for (let turn = 0; turn < 5; turn += 1) (await guess('wrong-password-1')).problem(401);
  refusedUntilLater(await guess('wrong-password-1'));
  refusedUntilLater(await guess(PASSWORD));
  service.local.clock.advance(15 * SECOND);
  expect((await guess(PASSWORD)).status).toBe(200);

  service.local.clock.advance(HOUR);
  await service.local.settle();
  expect((await register()).status).toBe(201);
});

describe('sixty complaints an hour', () => {
  const file = (person: Person, fields = {}) =>
    person.send('POST', '/complain', { json: { title: 'A broken lamp', description: 'Dark.', ...fields } });

  it('slide: complaints at the end of an hour count at the beginning of the next', async () => {
    const ada = await service.person();
    service.local.clock.moveTo(nextHour() + HOUR - MINUTE);
    expect([(await file(ada)).status, (await file(ada)).status, (await file(ada)).status]).toEqual([201, 201, 201]);
    service.local.clock.advance(2 * MINUTE);
    refusedUntilLater(await file(ada));
    service.local.clock.advance(57 * MINUTE);
    refusedUntilLater(await file(ada));
    service.local.clock.advance(MINUTE);
    expect((await file(ada)).status).toBe(201);
  });

  it('leave out refused and failed ones', async () => {
    const ada = await service.person();
    for (let turn = 0; turn < 5; turn += 1) (await file(ada, { category: 'no-such-category' })).problem(422);
    const commits = { method: 'PATCH', path: '/v1/tablesdb/transactions/*' };
    service.local.faults.add({ kind: 'server-error', times: 0, ...commits });
    for (let turn = 0; turn < 5; turn += 1) (await file(ada)).problem(503);
    service.local.faults.clear();
    const statuses = [await file(ada), await file(ada), await file(ada), await file(ada)].map(({ status }) => status);
    expect(statuses).toEqual([201, 201, 201, 429]);
  });

  it('may come at the same moment', async () => {
    const other = await startService();
    try {
      const ada = await other.person();
      const answers = await Promise.all(Array.from({ length: 8 }, () => file(ada)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
      expect((await ada.send('GET', '/complain?mine=true')).as(ComplaintList).total).toBe(8);
    } finally {
      await other.close();
    }
  });
});

describe('changes an hour', () => {
  it('are limited for reporters, and less strictly for staff; refused changes and those without effect do not count', async () => {
    const [ada, clerk] = await service.people('user', 'staff');
    const { id } = await ada.file();
    const note = (person: Person, text: string) => person.send('PUT', '/complain', { json: { id, note: text } });
    (await ada.send('PUT', '/complain', { json: { id, status: 'acknowledged' } })).problem(403);
    (await ada.send('PUT', '/complain', { json: { id, status: 'created' } })).as(Complaint);
    (await ada.send('PUT', '/complain', { json: { id, note: 'x' }, headers: { 'if-match': '"9"' } })).problem(412);
    for (let turn = 0; turn < 3; turn += 1) expect((await note(ada, `Note ${turn}`)).status).toBe(200);
    refusedUntilLater(await note(ada, 'One more'));
    for (let turn = 0; turn < 5; turn += 1) expect((await note(clerk, `Note ${turn}`)).status).toBe(200);
    refusedUntilLater(await note(clerk, 'One more'));
    (await ada.send('PUT', '/complain', { json: { id, status: 'acknowledged' } })).problem(403);
    service.local.clock.advance(HOUR);
    expect((await note(ada, 'Later')).status).toBe(200);
  });

  it('in bulk count one by one, and those beyond the limit are refused', async () => {
    const [ada, bob, clerk] = await service.people('user', 'user', 'staff');
    const ids = await Promise.all([ada, ada, ada, bob, bob, bob].map(async (person) => (await person.file()).id));
    const sent = { ids, change: { note: 'Seen.' } };
    const { results } = (await clerk.send('PUT', '/complain/bulk', { json: sent })).as(ChangeResults);
    expect(results.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('leave out follows and unfollows', async () => {
    const [author, fan] = await service.people('user', 'user');
    const [{ id }, { id: own }] = [await author.file(), await fan.file()];
    const change = () => fan.send('PUT', '/complain', { json: { id: own, note: 'More of it.' } });
    const ask = (what: string) => fan.send('POST', `/complain/${what}`, { json: { id } });
    for (let turn = 0; turn < 2; turn += 1) expect((await change()).status).toBe(200);
    for (const what of ['follow', 'unfollow', 'follow']) expect((await ask(what)).status).toBe(200);
    expect((await change()).status).toBe(200);
    refusedUntilLater(await change());
    expect((await ask('follow')).as(Following)).toMatchObject({ following: true });
  });
});

it('changes of accounts have the same limits, counted apart; refused ones do not count', async () => {
  const [ada, admin] = await service.people('user', 'admin');
  const rename = (person: Person, name: string, username?: string) =>
    person.send('PUT', '/user', { json: { name, ...(username === undefined ? {} : { username }) } });
  (await rename(ada, 'Not Mine', admin.username)).problem(403);
  const wrong = { phone: '+49 30 901820', password: 'another-horse-10', currentPassword: 'not-the-one' };
  (await ada.send('PUT', '/user', { json: wrong })).problem(403);
  for (let turn = 0; turn < 3; turn += 1) expect((await rename(ada, `Ada ${turn}`)).status).toBe(200);
  refusedUntilLater(await rename(ada, 'Ada Again'));
  for (let turn = 0; turn < 5; turn += 1) expect((await rename(admin, `Ada ${turn}`, ada.username)).status).toBe(200);
  refusedUntilLater(await rename(admin, 'Ada Again', ada.username));
  const { id } = await ada.file();
  expect((await ada.send('PUT', '/complain', { json: { id, note: 'Still there.' } })).status).toBe(200);
  service.local.clock.advance(HOUR);
  expect((await rename(ada, 'Ada Again')).status).toBe(200);
});

it('follows and unfollows are limited; repeated and refused ones do not count', async () => {
  const [ada, eve] = await service.people('user', 'user');
  const { id } = await ada.file();
  const ask = (what: string, whom = eve) => whom.send('POST', `/complain/${what}`, { json: { id } });
  (await ask('follow', ada)).problem(403);
  for (const what of ['follow', 'follow', 'unfollow', 'unfollow', 'follow', 'follow', 'follow']) {
    expect((await ask(what)).status).toBe(200);
  }
  refusedUntilLater(await ask('unfollow'));
  service.local.clock.advance(HOUR);
  expect((await ask('unfollow')).status).toBe(200);
});

it('mails that confirm an address are limited; those of changes that could not be saved do not count', async () => {
  const person = await service.person();
  const change = (fields: Record<string, string>) => person.send('PUT', '/user', { json: fields });
  const setEmail = () => change({ email: `${person.username}@example.org`, currentPassword: PASSWORD });
  const commits = { method: 'PATCH', path: '/v1/tablesdb/transactions/*' };
  service.local.faults.add({ kind: 'server-error', times: 0, ...commits });
  for (let turn = 0; turn < 4; turn += 1) (await setEmail()).problem(503);
  service.local.faults.clear();
  for (let turn = 0; turn < 2; turn += 1) expect((await setEmail()).status).toBe(200);
  refusedUntilLater(await setEmail());
  // Other changes are still allowed.
  expect((await change({ name: 'Ada' })).status).toBe(200);
});

it('recoveries are limited per address, alike for known and unknown names; failed ones do not count', async () => {
  const { username } = await service.person();
  const recover = (name: string) => service.send('POST', '/recovery', { json: { username: name } });
  const writes = { method: 'POST', path: '/v1/tablesdb/main/tables/outbox/rows' };
  service.local.faults.add({ kind: 'server-error', times: 0, ...writes });
  for (let turn = 0; turn < 4; turn += 1) (await recover(username)).problem(503);
  service.local.faults.clear();
  for (const name of [username, uniqueName(), username]) (await recover(name)).as(Accepted, 202);
  for (const name of [username, uniqueName()]) refusedUntilLater(await recover(name));
  service.local.clock.advance(HOUR);
  (await recover(username)).as(Accepted, 202);
});

describe('a sliding window', () => {
  const WINDOW = 10 * MINUTE;
  const STEP = WINDOW / 120;
  const seed = Math.floor(Math.random() * 2 ** 31);

  it(`grants what an exact log would, and exceeds it only in the last 120th of the window (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    let now = Date.parse('2030-06-01T12:00:00Z');
    const deps = { store: service.connection.store, clock: { ...systemClock, now: () => new Date(now) } };
    const limit = { kind: 'test', subject: String(seed), windowMs: WINDOW, max: 7 };
    let used: number[] = [];
    const within = (milliseconds: number) => used.filter((time) => time > now - milliseconds).length;
    const seen = { granted: 0, refused: 0 };
    for (let turn = 0; turn < 150; turn += 1) {
      now += random.below(4) === 0 ? random.below(WINDOW / 3) : random.below(WINDOW / 20);
      const reservation = await reserve(deps, limit);
      if (within(WINDOW) < limit.max) expect(reservation.granted).toBe(true);
      if (reservation.granted) expect(within(WINDOW - STEP)).toBeLessThan(limit.max);
      seen[reservation.granted ? 'granted' : 'refused'] += 1;
      if (!reservation.granted) {
        now += reservation.secondsLeft * SECOND;
        const later = await reserve(deps, limit);
        expect(later.granted).toBe(true);
        used.push(now);
      } else if (random.below(4) === 0) {
        await reservation.undo();
        await reservation.undo();
      } else {
        used.push(now);
      }
      used = used.filter((time) => time > now - 2 * WINDOW);
    }
    expect(seen.granted).toBeGreaterThan(30);
    expect(seen.refused).toBeGreaterThan(10);
  });

  it('grants simultaneous callers exactly what is left', async () => {
    const deps = {
      store: service.connection.store,
      clock: { ...systemClock, now: () => new Date('2030-06-01T12:00:00Z') },
    };
    const limit = { kind: 'test', subject: `race ${seed}`, windowMs: WINDOW, max: 9 };
    const reservations = await Promise.all(Array.from({ length: 30 }, () => reserve(deps, limit)));
    const granted = reservations.filter((reservation) => reservation.granted);
    expect(granted).toHaveLength(9);
    await Promise.all(granted.slice(0, 4).map((reservation) => reservation.undo()));
    const again = await Promise.all(Array.from({ length: 30 }, () => reserve(deps, limit)));
    expect(again.filter((reservation) => reservation.granted)).toHaveLength(4);
  });
});
