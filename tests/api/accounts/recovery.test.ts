import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accepted, Profile } from '#shared/contract/responses.ts';
import { HOUR, SECOND } from '#shared/domain/clock.ts';
import { accountOf, linkFor, notificationsCausedBy, setConfirmedAddress } from '../../support/account-notifications.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

const NEW_PASSWORD = 'another-Horse-77';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const ask = (json: unknown) => service.send('POST', '/recovery', { json });
const reset = (token: unknown, password: unknown = NEW_PASSWORD) =>
  service.send('POST', '/recovery/confirm', { json: { token, password } });
const logIn = (username: string, password: string) => service.send('POST', '/login', { json: { username, password } });

async function withAddress(): Promise<Person> {
  const person = await service.person();
  await setConfirmedAddress(service, person.username, `${person.username}@example.org`);
  return person;
}

describe('POST /recovery', () => {
  it('gives the same answer and makes the same calls to Appwrite for known and unknown names', async () => {
    const person = await withAddress();
    await ask({ username: uniqueName() });
    const asked = [
      { username: person.username },
      { username: person.username.toUpperCase() },
      { username: uniqueName('nobody') },
      { email: `${person.username}@example.org` },
      { email: `${uniqueName('nobody')}@example.org` },
    ];
    const seen = [];
    for (const json of asked) {
      const answer = await ask(json);
      answer.as(Accepted, 202);
      const calls = service.local.calls.of(answer.headers['x-appwrite-execution-id'] ?? '');
      const shapes = calls.map(({ method, path, status }) => `${method} ${path.split('?')[0]} ${status}`);
      seen.push({ text: answer.text, calls: shapes.map((shape) => shape.replace(/l[\da-f]{31}/, '(limit)')).sort() });
    }
    for (const one of seen) expect(one).toEqual(seen[0]);
    expect(seen[0]?.calls.filter((call) => call.startsWith('POST') && call.includes('/outbox/'))).toHaveLength(1);
  });

  it.each([{}, { username: 'ada', email: 'ada@example.org' }, { username: 'a' }, { email: 'ada' }, { name: 'Ada' }])(
    'refuses the body %j',
    async (json) => {
      (await ask(json)).problem(422);
    },
  );
});

describe('POST /recovery/confirm', () => {
  it('sets the password once, ends every token, tells the person, and logs nobody in', async () => {
    const person = await withAddress();
    const second = await service.login(person.username);
    const { $id } = await accountOf(service, person.username);
    const token = await linkFor(service, person.username, 'reset');
    const told = await notificationsCausedBy(service, $id, async () => {
      const answer = await reset(token);
      expect([answer.status, answer.text]).toEqual([204, '']);
    });
    expect(told).toEqual(['password.changed']);
    for (const device of [person, second]) (await device.send('GET', '/user')).problem(401);
    (await logIn(person.username, PASSWORD)).problem(401);
    await service.login(person.username, NEW_PASSWORD);
    expect((await reset(token)).problem(410).code).toBe('token_gone');
  });

  it('does not use up the link when it refuses a password or a GET', async () => {
    const person = await withAddress();
    const token = await linkFor(service, person.username, 'reset');
    for (const weak of ['short', 'password1', person.username, 'x'.repeat(73), ''])
      (await reset(token, weak)).problem(422);
    for (const missing of [undefined, null, 7]) {
      (await service.send('POST', '/recovery/confirm', { json: { token, password: missing } })).problem(422);
    }
    (await service.send('GET', '/recovery/confirm')).problem(405);
    (await person.send('GET', '/user')).as(Profile);
    expect((await reset(token)).status).toBe(204);
  });

  it('refuses a link that is older than an hour, older than another one, or than the password', async () => {
    const person = await withAddress();
    const older = await linkFor(service, person.username, 'reset');
    const newer = await linkFor(service, person.username, 'reset');
    (await reset(older)).problem(410);
    service.local.clock.advance(HOUR + SECOND);
    (await reset(newer)).problem(410);
    const again = await service.login(person.username);
    const last = await linkFor(service, person.username, 'reset');
    const json = { password: 'a-third-Horse-78', currentPassword: PASSWORD };
    (await again.send('PUT', '/user', { json })).as(Profile);
    (await reset(last)).problem(410);
    await service.login(person.username, 'a-third-Horse-78');
  });

  it('refuses a link whose address the account no longer has, and one for another purpose', async () => {
    const person = await withAddress();
    const token = await linkFor(service, person.username, 'reset');
    const json = { email: null, currentPassword: PASSWORD };
    (await person.send('PUT', '/user', { json })).as(Profile);
    (await reset(token)).problem(410);
    const other = await service.person();
    const email = `${other.username}@example.org`;
    (await other.send('PUT', '/user', { json: { email, currentPassword: PASSWORD } })).as(Profile);
    for (const purpose of ['confirm', 'reset'] as const) {
      (await reset(await linkFor(service, other.username, purpose))).problem(410);
    }
  });

  it('refuses a link that was never issued, and the link of a deleted account', async () => {
    for (const token of ['A'.repeat(43), 'x', '..', 'ä'.repeat(43)]) (await reset(token)).problem(410);
    for (const token of [undefined, null, 7, '']) (await reset(token)).problem(422);
    const person = await withAddress();
    const token = await linkFor(service, person.username, 'reset');
    const gone = await person.send('DELETE', '/user', { json: { password: PASSWORD } });
    expect({ status: gone.status, text: gone.text }).toEqual({ status: 204, text: '' });
    (await reset(token)).problem(410);
  });

  it('sets one password when one link is used many times at once', async () => {
    const person = await withAddress();
    const token = await linkFor(service, person.username, 'reset');
    const passwords = Array.from({ length: 4 }, (_, n) => `horse-number-${n}-of-4`);
    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410, 410]);
    const won = passwords[answers.findIndex(({ status }) => status === 204)] ?? '';
    await service.login(person.username, won);
  });

  it('sets the password and tells the person once, or does neither, when Appwrite fails', async () => {
    const person = await withAddress();
    const { $id } = await accountOf(service, person.username);
    const token = await linkFor(service, person.username, 'reset');
    const commit = { method: 'PATCH', path: '/v1/tablesdb/transactions/*' };
    service.local.faults.add({ kind: 'server-error', times: 1, ...commit });
    expect(await notificationsCausedBy(service, $id, async () => (await reset(token)).problem(503))).toEqual([]);
    service.local.faults.clear();
    await service.login(person.username);
    expect(await notificationsCausedBy(service, $id, () => reset(token))).toEqual(['password.changed']);
    await service.login(person.username, NEW_PASSWORD);
  });
});

it('a person is told of a password or role that somebody else gives them', async () => {
  const [person, admin] = await service.people('user', 'admin');
  const { $id } = await accountOf(service, person.username);
  const json = { username: person.username, password: NEW_PASSWORD };
  expect(await notificationsCausedBy(service, $id, () => admin.send('PUT', '/user', { json }))).toEqual([
    'password.changed',
  ]);
  const promote = (role: string) => admin.send('PUT', '/user/role', { json: { username: person.username, role } });
  expect(await notificationsCausedBy(service, $id, () => promote('admin'))).toEqual(['role.changed']);
  expect(await notificationsCausedBy(service, $id, () => promote('admin'))).toEqual([]);
  expect(await notificationsCausedBy(service, $id, () => promote('user'))).toEqual(['role.changed']);
});
