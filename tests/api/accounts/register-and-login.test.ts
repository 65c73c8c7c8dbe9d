import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { LoginReply, Profile } from '#shared/contract/responses.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, sharedService, uniqueName } from '../../support/harness.ts';

let service: Service;
let ada: Person;
beforeAll(async () => {
  service = await sharedService();
  ada = await service.person();
});
afterAll(() => service.close());

const register = (json: unknown) => service.send('POST', '/user', { json });
const login = (username: unknown, password: unknown = PASSWORD) =>
  service.send('POST', '/login', { json: { username, password } });

describe('POST /user', () => {
  it('opens an account with the role user and answers with the profile only', async () => {
    const username = uniqueName();
    const answer = await register({
      username: username.toUpperCase(),
      password: PASSWORD,
      name: ' Ada  ',
      phone: '+49 170-1234567',
    });
    expect(answer.as(Profile, 201)).toMatchObject({ username, name: 'Ada', phone: '+491701234567', role: 'user' });
    expect(answer.headers['cache-control']).toBe('no-store');
    const row = await findByUsername(service.connection.store, username);
    expect(row?.passwordHash).toMatch(/^\$2b\$10\$/);
    expect(row?.epoch).toMatch(/^[a-z0-9]{20}$/);
  });

  it.each([
    [{ username: 'al' }, 'username', 'invalid_format'],
    [{ username: 'аlice' }, 'username', 'invalid_format'],
    [{ username: 'alice bob' }, 'username', 'invalid_format'],
    [{ username: 'Admin' }, 'username', 'username_reserved'],
    [{ username: 7 }, 'username', 'invalid_type'],
    [{ username: undefined }, 'username', 'required'],
    [{ password: 'short' }, 'password', 'password_too_short'],
    [{ password: 'x'.repeat(73) }, 'password', 'password_too_long'],
    [{ password: `${'é'.repeat(36)}x` }, 'password', 'password_too_long'],
    [{ password: 'with a \0 NUL' }, 'password', 'password_has_nul'],
    [{ password: 'lone \ud800 half' }, 'password', 'password_ill_formed'],
    [{ password: 'Password1' }, 'password', 'password_common'],
    [{ password: 'BadInput.Person' }, 'password', 'password_is_username'],
    [{ password: undefined }, 'password', 'required'],
    [{ name: '' }, 'name', 'too_short'],
    [{ name: 'x'.repeat(101) }, 'name', 'too_long'],
    [{ name: 'bell\u0007' }, 'name', 'invalid_format'],
    [{ name: '{"method":"stringConcat","values":["x"]}' }, 'name', 'invalid_format'],
    [{ phone: '0170 1234567' }, 'phone', 'invalid_value'],
    [{ role: 'admin' }, 'role', 'unknown_field'],
    [{ epoch: 'x' }, 'epoch', 'unknown_field'],
    [{ $id: 'x' }, '$id', 'unknown_field'],
    [{ $permissions: [] }, '$permissions', 'unknown_field'],
  ])('refuses %j and names the field', async (change, field, code) => {
    const body = { username: 'badinput.person', password: PASSWORD, name: 'Bad Input', ...change };
    const { errors } = (await register(body)).problem(422);
    expect(errors.map((error) => [error.field, error.code])).toContainEqual([field, code]);
    expect(await findByUsername(service.connection.store, 'badinput.person')).toBeUndefined();
  });

  it('refuses __proto__ in the body', async () => {
    const raw = `{"username":"badinput.person","password":"${PASSWORD}","name":"A","__proto__":{"role":"admin"}}`;
    const headers = { 'content-type': 'application/json' };
    (await service.send('POST', '/user', { raw, headers })).problem(422);
  });

  it('takes both Unicode spellings of a composed letter as the same password', async () => {
    const username = uniqueName();
    (await register({ username, password: 'Zoe\u0308s geheimes Wort', name: 'Zoë' })).as(Profile, 201);
    (await login(username, 'Zoës geheimes Wort')).as(LoginReply);
  });
});

describe('POST /login', () => {
  it('gives a token and the profile for the right pair, in any spelling of the name', async () => {
    const { TOKEN, expiresAt, user } = (await login(ada.username.toUpperCase())).as(LoginReply);
    expect(user.username).toBe(ada.username);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(11.9 * HOUR);
    const payload = JSON.parse(Buffer.from(TOKEN.split('.')[1] ?? '', 'base64url').toString());
    expect(Object.keys(payload).sort()).toEqual(['aud', 'ep', 'exp', 'iat', 'iss', 'jti', 'sub']);
  });

  it('refuses every wrong pair in the same words', async () => {
    const erased = await service.person();
    await erased.send('DELETE', '/user', { json: { password: PASSWORD } });
    const corrupt = await service.person();
    const { users } = service.connection.store;
    const row = await findByUsername(service.connection.store, corrupt.username);
    if (row) await users.replace(row, { passwordHash: 'rubbish' });
    const pairs: [unknown, string][] = [
      [ada.username, 'wrong-password-1'],
      [ada.username, `${PASSWORD}\0`],
      [ada.username, `${PASSWORD}\0${PASSWORD}`],
      [ada.username, PASSWORD + 'x'.repeat(70)],
      [ada.username, 'x'.repeat(40_000)],
      [ada.username, 'lone \ud800 half'],
      [uniqueName('nobody'), PASSWORD],
      [erased.username, PASSWORD],
      [corrupt.username, PASSWORD],
      ['Адам', PASSWORD],
      ['lone \ud800 half', PASSWORD],
      ['" OR ""="', PASSWORD],
      ['x'.repeat(5_000), PASSWORD],
      ['admin', PASSWORD],
    ];
    const told = new Set<string>();
    for (const [username, password] of pairs) {
      const answer = await login(username, password);
      const problem = answer.problem(401);
      expect(answer.headers['www-authenticate']).toBeDefined();
      told.add(JSON.stringify({ ...problem, instance: '' }));
    }
    expect([...told]).toEqual([expect.stringContaining('bad_credentials')]);
  });

  it.each([
    [{ username: 'ada' }, 'password'],
    [{ password: PASSWORD }, 'username'],
    [{ username: 'ada', password: 12345678 }, 'password'],
    [{ username: ['ada'], password: PASSWORD }, 'username'],
    [{ username: { $ne: null }, password: PASSWORD }, 'username'],
    [{ username: 'ada', password: PASSWORD, role: 'admin' }, 'role'],
  ])('refuses the body %j and names the field', async (json, field) => {
    const { errors } = (await service.send('POST', '/login', { json })).problem(422);
    expect(errors.map((error) => error.field)).toContain(field);
  });

  it.each([
    ['{"username":', 400],
    ['[]', 422],
    ['null', 422],
    ['"ada"', 422],
  ])('refuses the body %s with %d', async (raw, status) => {
    const headers = { 'content-type': 'application/json' };
    (await service.send('POST', '/login', { raw, headers })).problem(status);
  });

  it('renews a hash of a lower cost at the login', async () => {
    const person = await service.person();
    const { store } = service.connection;
    const before = await findByUsername(store, person.username);
    const { hashSync } = await import('bcryptjs');
    if (before) await store.users.replace(before, { passwordHash: hashSync(PASSWORD, 4) });
    (await login(person.username)).as(LoginReply);
    const after = await findByUsername(store, person.username);
    expect(after?.passwordHash).toMatch(/^\$2b\$10\$/);
    (await login(person.username)).as(LoginReply);
    expect((await person.send('GET', '/user')).as(Profile).username).toBe(person.username);
  });
});

it('while ten logins hash, reads are answered between them, and logins beyond the queue are refused', async () => {
  const people = await service.people('user', 'user', 'user');
  const names = Array.from({ length: 10 }, (_, index) => people[index % people.length]?.username ?? '');
  await login(names[0] ?? '');
  let busy = true;
  let reads = 0;
  const reading = (async () => {
    for (; busy; reads += 1) {
      expect((await service.send('POST', '/logout', {})).status).toBe(401);
      // A pause, so that hundreds of requests do not slow down the hashing.
      await setTimeout(4);
    }
  })();
  const logins = await Promise.all(names.map((username) => login(username)));
  busy = false;
  await reading;
  for (const answer of logins) answer.as(LoginReply);
  // If passwords were hashed on the main thread, at most one read could be answered after each login.
  expect(reads).toBeGreaterThan(names.length + 2);

  const crowd = Array.from({ length: 40 }, () => login(uniqueName('nobody')));
  const statuses = (await Promise.all(crowd)).map((answer) => {
    if (answer.status === 503)
      expect(z.parse(z.string().check(z.regex(/^\d+$/)), answer.headers['retry-after'])).toBeDefined();
    return answer.status;
  });
  expect(new Set(statuses)).toEqual(new Set([401, 503]));
});
