import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginReply, Profile, ProfileList } from '#shared/contract/responses.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

let service: Service;
let user: Person;
let other: Person;
let staff: Person;
let admin: Person;
beforeAll(async () => {
  service = await startService();
  [user, other, staff, admin] = await service.people('user', 'user', 'staff', 'admin');
});
afterAll(() => service.close());

const NEW_PASSWORD = 'another-Horse-77';

describe('GET /user', () => {
  it('shows people their own profile, with or without their name in the query', async () => {
    const profile = (await user.send('GET', '/user')).as(Profile);
    expect(profile).toMatchObject({ username: user.username, role: 'user', phone: null });
    const named = await user.send('GET', `/user?username=${user.username.toUpperCase()}`);
    expect(named.as(Profile)).toEqual(profile);
    expect((await user.send('GET', '/user?username=&role=')).as(Profile)).toEqual(profile);
  });

  it('shows staff and admins the profiles of others, and the list of staff', async () => {
    for (const desk of [staff, admin]) {
      const profile = (await desk.send('GET', `/user?username=${user.username}`)).as(Profile);
      expect(profile.username).toBe(user.username);
      const { items, next } = (await desk.send('GET', '/user?role=staff')).as(ProfileList);
      expect(items.map((item) => item.username)).toEqual([staff.username]);
      expect(next).toBeNull();
      (await desk.send('GET', `/user?username=${uniqueName('nobody')}`)).problem(404);
    }
  });

  it('refuses other users alike whether the name exists or not, without looking it up', async () => {
    const { calls } = service.local;
    for (const name of [other.username, uniqueName('nobody')]) {
      const answer = await user.send('GET', `/user?username=${name}`);
      expect(answer.problem(403).detail).not.toContain(name);
      expect(calls.of(answer.headers['x-appwrite-execution-id'] ?? '')).toHaveLength(1);
    }
    (await user.send('GET', '/user?role=staff')).problem(403);
  });

  it.each([
    '?username=a',
    '?username=%D0%B0lice',
    '?role=boss',
    '?since=1',
    '?q=%20',
    '?after=abc',
    '?role=user&after=abc',
    '?q=a&username=ada',
    '?username=ada&role=staff',
  ])('refuses %s', async (query) => {
    (await admin.send('GET', `/user${query}`)).problem(422);
    (await service.send('GET', `/user${query}`)).problem(401);
  });

  it('refuses a name that is sent twice, and broken encoding', async () => {
    (await admin.send('GET', '/user?username=ada&username=bob')).problem(422);
    (await admin.send('GET', '/user?username=%E0%A4%A')).problem(400);
  });
});

describe('PUT /user', () => {
  it('changes name and phone and nothing else', async () => {
    const person = await service.person();
    const changed = await person.send('PUT', '/user', { json: { name: 'Grace Hopper', phone: '+1 202 555 0100' } });
    expect(changed.as(Profile)).toMatchObject({ name: 'Grace Hopper', phone: '+12025550100', role: 'user' });
    const cleared = (await person.send('PUT', '/user', { json: { phone: null } })).as(Profile);
    expect(cleared).toMatchObject({ name: 'Grace Hopper', phone: null });
    expect(Date.parse(cleared.updatedAt)).toBeGreaterThan(Date.parse(cleared.createdAt));
  });

  it('changes the password for whoever knows the present one, and ends every token at once', async () => {
    const person = await service.person();
    const second = await service.login(person.username);
    const change = { password: NEW_PASSWORD, currentPassword: PASSWORD };
    (await person.send('PUT', '/user', { json: change })).as(Profile);
    for (const device of [person, second]) (await device.send('GET', '/user')).problem(401);
    (await service.send('POST', '/login', { json: { username: person.username, password: PASSWORD } })).problem(401);
    await service.login(person.username, NEW_PASSWORD);
  });

  it('refuses a change of password without the present one, with a wrong one, or to a weak one', async () => {
    const person = await service.person();
    const put = (json: unknown) => person.send('PUT', '/user', { json });
    const missing = (await put({ password: NEW_PASSWORD })).problem(422);
    expect(missing.errors[0]).toMatchObject({ field: 'currentPassword', code: 'required' });
    for (const currentPassword of ['wrong-password-1', `${PASSWORD}\0`, '']) {
      (await put({ password: NEW_PASSWORD, currentPassword })).problem(403);
    }
    const weak = (await put({ password: person.username, currentPassword: PASSWORD })).problem(422);
    expect(weak.errors[0]?.code).toBe('password_is_username');
    (await person.send('GET', '/user')).as(Profile);
    await service.login(person.username);
  });

  it('lets an admin reset the password of somebody else, which ends their tokens', async () => {
    const person = await service.person();
    const json = { username: person.username, password: NEW_PASSWORD, name: 'Reset Person' };
    expect((await admin.send('PUT', '/user', { json })).as(Profile).name).toBe('Reset Person');
    (await person.send('GET', '/user')).problem(401);
    const again = await service.send('POST', '/login', { json: { username: person.username, password: NEW_PASSWORD } });
    again.as(LoginReply);
    (await admin.send('PUT', '/user', { json: { ...json, username: uniqueName('nobody') } })).problem(404);
    (await admin.send('GET', '/user')).as(Profile);
  });

  it('needs an admin’s present password to change their own', async () => {
    const json = { username: admin.username, password: NEW_PASSWORD };
    (await admin.send('PUT', '/user', { json })).problem(422);
    (await admin.send('PUT', '/user', { json: { ...json, currentPassword: 'wrong-password-1' } })).problem(403);
  });

  it('is refused for other people’s accounts, for staff too', async () => {
    for (const target of [other.username, staff.username, admin.username, uniqueName('nobody')]) {
      const json = { username: target, name: 'Somebody Else' };
      (await user.send('PUT', '/user', { json })).problem(403);
      if (target !== staff.username) (await staff.send('PUT', '/user', { json })).problem(403);
    }
    expect((await other.send('GET', '/user')).as(Profile).name).toBe('Test Person');
  });

  it.each([
    {},
    { currentPassword: PASSWORD },
    { name: '' },
    { name: null },
    { phone: 'call me' },
    { role: 'admin' },
    { username: 'al', name: 'A' },
    { passwordHash: 'x' },
    { createdAt: '2020-01-01T00:00:00Z' },
  ])('refuses the body %j', async (json) => {
    (await user.send('PUT', '/user', { json })).problem(422);
    (await service.send('PUT', '/user', { json })).problem(401);
  });

  it('loses no change when many arrive at once', async () => {
    const person = await service.person();
    const puts = Array.from({ length: 6 }, (_, index) =>
      person.send('PUT', '/user', { json: { name: `Name ${index}` } }),
    );
    const answers = await Promise.all(puts);
    const done = answers.filter(({ status }) => status === 200).map((answer) => answer.as(Profile).name);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer.problem(409).code).toBe('busy');
      expect(answer.headers['retry-after']).toBeDefined();
    }
    expect(done).toContain((await person.send('GET', '/user')).as(Profile).name);
  });
});

describe('POST /logout', () => {
  it('ends this token and no other', async () => {
    const first = await service.person();
    const second = await service.login(first.username);
    expect((await first.send('POST', '/logout')).status).toBe(204);
    (await first.send('GET', '/user')).problem(401);
    (await first.send('POST', '/logout')).problem(401);
    (await second.send('GET', '/user')).as(Profile);
  });

  it('ends them all when asked to', async () => {
    const first = await service.person();
    const second = await service.login(first.username);
    expect((await second.send('POST', '/logout', { json: { everywhere: true } })).status).toBe(204);
    for (const device of [first, second]) (await device.send('GET', '/user')).problem(401);
    (await (await service.login(first.username)).send('GET', '/user')).as(Profile);
  });

  it('ends each of many devices that log out at once', async () => {
    const first = await service.person();
    const devices = [first, await service.login(first.username), await service.login(first.username)];
    const ended = await Promise.all(devices.map((device) => device.send('POST', '/logout', { json: {} })));
    expect(ended.map(({ status }) => status)).toEqual([204, 204, 204]);
    for (const device of devices) (await device.send('GET', '/user')).problem(401);
  });

  it.each([{ everywhere: 'yes' }, { all: true }])('refuses the body %j', async (json) => {
    (await user.send('POST', '/logout', { json })).problem(422);
    (await service.send('POST', '/logout', { json })).problem(401);
  });
});
