import { Query } from 'node-appwrite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginReply, Profile } from '#shared/contract/responses.ts';
import { HOUR, SECOND } from '#shared/domain/clock.ts';
import { unsubscribeToken } from '#shared/services/accounts/links.ts';
import {
  accountOf,
  linkFor,
  notificationsAbout,
  notificationsCausedBy,
  setConfirmedAddress,
} from '../../support/account-notifications.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

let service: Service;
let staff: Person;
let admin: Person;
beforeAll(async () => {
  service = await startService();
  [staff, admin] = await service.people('staff', 'admin');
});
afterAll(() => service.close());

const confirm = (token: unknown) => service.send('POST', '/email/confirm', { json: { token } });
const own = async (person: Person) => (await person.send('GET', '/user')).as(Profile);

function setEmail(person: Person, email: string | null, more: Record<string, unknown> = {}) {
  return person.send('PUT', '/user', { json: { email, currentPassword: PASSWORD, ...more } });
}

function freshAddress(): string {
  const address = `${uniqueName('m')}@example.org`;
  service.canaries.keepFromLogs('an address', address);
  return address;
}

describe('registration', () => {
  it('stores address, language and notify setting, and mails a link that confirms the address', async () => {
    const username = uniqueName();
    const json = {
      username,
      password: PASSWORD,
      name: 'Ada',
      email: 'Ada.L+x@EXAMPLE.org',
      language: 'de',
      notify: 'all',
    };
    const profile = (await service.send('POST', '/user', { json })).as(Profile, 201);
    const told = {
      email: 'Ada.L+x@example.org',
      emailConfirmed: false,
      emailPending: null,
      language: 'de',
      notify: 'all',
    };
    expect(profile).toMatchObject(told);
    const { user } = (await service.send('POST', '/login', { json: { username, password: PASSWORD } })).as(LoginReply);
    expect(user).toMatchObject(told);
    const { $id } = await accountOf(service, username);
    expect(await notificationsAbout(service, $id)).toEqual([{ kind: 'email.confirm', address: null }]);
  });

  it('defaults to no address, English and important notifications', async () => {
    const person = await service.person();
    const none = { email: null, emailConfirmed: false, emailPending: null, language: 'en', notify: 'important' };
    expect(await own(person)).toMatchObject(none);
    expect(await notificationsAbout(service, (await accountOf(service, person.username)).$id)).toEqual([]);
  });

  it.each([
    ['email', 'no-address'],
    ['email', ''],
    ['email', 'a@b'],
    ['email', 'a b@example.org'],
    ['email', 'ada@example.org, eve@example.org'],
    ['email', 'ada@exam/ple.org'],
    ['email', `${'a'.repeat(65)}@example.org`],
    ['email', `ada@${'a.'.repeat(130)}org`],
    ['email', 'ada@127.0.0.1'],
    ['email', 7],
    ['language', 'fr'],
    ['notify', 'sometimes'],
  ])('refuses %s %j and does not repeat an address', async (field, value) => {
    const json = { username: uniqueName(), password: PASSWORD, name: 'Ada', [field]: value };
    const answer = await service.send('POST', '/user', { json });
    expect(answer.problem(422).errors[0]?.field).toBe(field);
    if (typeof value === 'string' && value.includes('@')) expect(answer.text).not.toContain(value.slice(0, 20));
  });
});

describe('an address', () => {
  it('is confirmed by the link in the mail, once', async () => {
    const person = await service.person();
    const email = freshAddress();
    expect((await setEmail(person, email)).as(Profile)).toMatchObject({ email, emailConfirmed: false });
    const token = await linkFor(service, person.username, 'confirm');
    expect((await confirm(token)).status).toBe(204);
    expect(await own(person)).toMatchObject({ email, emailConfirmed: true, emailPending: null });
    expect((await confirm(token)).problem(410).code).toBe('token_gone');
    (await person.send('GET', '/user')).as(Profile);
  });

  it('is replaced only once the new one is confirmed, and the old address is told', async () => {
    const person = await service.person();
    const [old, email] = [freshAddress(), freshAddress()];
    await setConfirmedAddress(service, person.username, old);
    const { $id } = await accountOf(service, person.username);
    const asked = await notificationsCausedBy(service, $id, () => setEmail(person, email));
    expect(asked).toEqual(['email.change_requested', 'email.confirm']);
    expect(await own(person)).toMatchObject({ email: old, emailConfirmed: true, emailPending: email });
    const token = await linkFor(service, person.username, 'confirm');
    expect(await notificationsCausedBy(service, $id, () => confirm(token))).toEqual(['email.changed']);
    expect(await notificationsAbout(service, $id)).toContainEqual({ kind: 'email.changed', address: old });
    expect(await own(person)).toMatchObject({ email, emailConfirmed: true, emailPending: null });
  });

  it('that was never confirmed is dropped without a mail once another one is confirmed', async () => {
    const person = await service.person();
    const [first, second] = [freshAddress(), freshAddress()];
    await setEmail(person, first);
    const { $id } = await accountOf(service, person.username);
    expect(await notificationsCausedBy(service, $id, () => setEmail(person, second))).toEqual(['email.confirm']);
    const token = await linkFor(service, person.username, 'confirm');
    expect(await notificationsCausedBy(service, $id, () => confirm(token))).toEqual(['email.dropped']);
    expect(await own(person)).toMatchObject({ email: second, emailConfirmed: true });
  });

  it('sent again repeats the mail; sending the confirmed address again cancels the change', async () => {
    const person = await service.person();
    const [old, email] = [freshAddress(), freshAddress()];
    await setConfirmedAddress(service, person.username, old);
    const { $id } = await accountOf(service, person.username);
    await setEmail(person, email);
    expect(await notificationsCausedBy(service, $id, () => setEmail(person, email))).toEqual(['email.confirm']);
    const token = await linkFor(service, person.username, 'confirm');
    expect(await notificationsCausedBy(service, $id, () => setEmail(person, old))).toEqual(['email.dropped']);
    expect(await own(person)).toMatchObject({ email: old, emailConfirmed: true, emailPending: null });
    (await confirm(token)).problem(410);
  });

  it('is removed by null, which tells its owner; removing nothing tells nobody', async () => {
    const person = await service.person();
    const [old, pending] = [freshAddress(), freshAddress()];
    await setConfirmedAddress(service, person.username, old);
    await setEmail(person, pending);
    const { $id } = await accountOf(service, person.username);
    expect(await notificationsCausedBy(service, $id, () => setEmail(person, null))).toEqual([
      'email.changed',
      'email.dropped',
    ]);
    expect(await own(person)).toMatchObject({ email: null, emailConfirmed: false, emailPending: null });
    expect(await notificationsCausedBy(service, $id, () => setEmail(person, null))).toEqual([]);
  });

  it('may belong to several accounts', async () => {
    const [one, two] = await service.people('user', 'user');
    const email = freshAddress();
    for (const person of [one, two]) (await setEmail(person, email)).as(Profile);
    for (const person of [one, two]) {
      expect((await confirm(await linkFor(service, person.username, 'confirm'))).status).toBe(204);
      expect(await own(person)).toMatchObject({ email, emailConfirmed: true });
    }
  });

  it('needs the present password, and only its owner can set it', async () => {
    const person = await service.person();
    const missing = await person.send('PUT', '/user', { json: { email: freshAddress() } });
    expect(missing.problem(422).errors[0]).toMatchObject({ field: 'currentPassword', code: 'required' });
    const json = { email: freshAddress(), currentPassword: 'wrong-password-1' };
    (await person.send('PUT', '/user', { json })).problem(403);
    (await person.send('PUT', '/user', { json: { email: null } })).problem(422);
    for (const field of [{ email: freshAddress() }, { email: null }, { language: 'de' }, { notify: 'none' }]) {
      (await admin.send('PUT', '/user', { json: { username: person.username, ...field } })).problem(403);
    }
    expect(await own(person)).toMatchObject({ email: null, language: 'en', notify: 'important' });
  });

  it('is shown to its owner and to admins only', async () => {
    const person = await service.person();
    const email = freshAddress();
    await setEmail(person, email, { language: 'de', notify: 'all' });
    const path = `/user?username=${person.username}`;
    expect((await admin.send('GET', path)).as(Profile)).toMatchObject({ email, language: 'de', notify: 'all' });
    const shown = (await staff.send('GET', path)).as(Profile);
    expect(Object.keys(shown).sort()).toEqual(['createdAt', 'name', 'phone', 'role', 'updatedAt', 'username']);
    const { id } = await person.file();
    for (const viewer of [staff, service]) {
      expect((await viewer.send('GET', `/complain?id=${id}`)).text).not.toContain(email);
      expect((await viewer.send('GET', `/complain?username=${person.username}`)).text).not.toContain(email);
    }
    const renamed = { json: { username: person.username, role: 'staff' } };
    expect((await admin.send('PUT', '/user/role', renamed)).as(Profile).email).toBe(email);
    expect((await staff.send('GET', '/user?role=staff')).text).not.toContain(email);
  });
});

describe('a confirmation link', () => {
  it('ends after an hour, and with a newer link, a changed password or another address', async () => {
    const person = await service.person();
    await setEmail(person, freshAddress());
    const older = await linkFor(service, person.username, 'confirm');
    const newer = await linkFor(service, person.username, 'confirm');
    (await confirm(older)).problem(410);
    await setEmail(person, freshAddress());
    (await confirm(newer)).problem(410);
    const last = await linkFor(service, person.username, 'confirm');
    service.local.clock.advance(HOUR + SECOND);
    (await confirm(last)).problem(410);
    const again = await service.login(person.username);
    const beforeChange = await linkFor(service, person.username, 'confirm');
    const json = { password: 'another-Horse-77', currentPassword: PASSWORD };
    (await again.send('PUT', '/user', { json })).as(Profile);
    (await confirm(beforeChange)).problem(410);
    expect(await accountOf(service, person.username)).toMatchObject({ emailConfirmed: false });
  });

  it('that was never issued is answered 410, and a body without a token 422', async () => {
    for (const token of ['A'.repeat(43), 'x', '../..', '"', 'ä'.repeat(43), 'a'.repeat(200)]) {
      expect((await confirm(token)).problem(410).code).toBe('token_gone');
    }
    for (const token of [undefined, null, 7, '', 'a'.repeat(201)]) (await confirm(token)).problem(422);
    (await service.send('GET', '/email/confirm')).problem(405);
  });

  it('for a password reset confirms no address', async () => {
    const person = await service.person();
    await setConfirmedAddress(service, person.username, freshAddress());
    await setEmail(person, freshAddress());
    (await confirm(await linkFor(service, person.username, 'reset'))).problem(410);
  });

  it('counts once when it is used many times at once', async () => {
    const person = await service.person();
    await setConfirmedAddress(service, person.username, freshAddress());
    await setEmail(person, freshAddress());
    const token = await linkFor(service, person.username, 'confirm');
    const { $id } = await accountOf(service, person.username);
    const told = await notificationsCausedBy(service, $id, async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(token)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410, 410, 410]);
    });
    expect(told).toEqual(['email.changed']);
  });
});

describe('unsubscribing', () => {
  const stop = (token: unknown) => service.send('POST', '/email/unsubscribe', { json: { token } });
  const secret = () => service.settings.TOKEN_SECRET ?? '';

  it('needs no login, may be repeated, and is undone by PUT /user', async () => {
    const person = await service.person();
    const { $id } = await accountOf(service, person.username);
    const token = unsubscribeToken($id, secret());
    for (let turn = 0; turn < 2; turn += 1) expect((await stop(token)).status).toBe(204);
    expect((await own(person)).notify).toBe('none');
    (await person.send('PUT', '/user', { json: { notify: 'all' } })).as(Profile);
    expect((await own(person)).notify).toBe('all');
  });

  it('with a forged token, or for an account that is gone, is refused', async () => {
    const person = await service.person();
    const { $id } = await accountOf(service, person.username);
    const token = unsubscribeToken($id, secret());
    const other = await accountOf(service, staff.username);
    const forged = [
      token.slice(0, -2),
      `${other.$id}.${token.split('.')[1]}`,
      unsubscribeToken($id, 'x'.repeat(64)),
      'x',
    ];
    for (const one of forged) expect((await stop(one)).problem(410).code).toBe('token_gone');
    (await stop(undefined)).problem(422);
    (await admin.send('DELETE', '/user', { json: { username: person.username } })).status;
    (await stop(token)).problem(410);
  });
});

it('erasing a person removes their links and name words, and gives notifications both addresses', async () => {
  const person = await service.person();
  const [email, pending] = [freshAddress(), freshAddress()];
  await setConfirmedAddress(service, person.username, email);
  await setEmail(person, pending);
  const { $id } = await accountOf(service, person.username);
  await linkFor(service, person.username, 'confirm');
  await linkFor(service, person.username, 'reset');
  expect((await person.send('DELETE', '/user', { json: { password: PASSWORD } })).status).toBe(204);
  const erased = (await notificationsAbout(service, $id)).filter(({ kind }) => kind === 'account.erased');
  expect(erased.map(({ address }) => address).sort()).toEqual([email, pending].sort());
  const { links, nameWords } = service.connection.store;
  expect((await links.list([Query.equal('accountId', $id)])).rows).toEqual([]);
  expect((await nameWords.list([Query.equal('accountId', $id)])).rows).toEqual([]);
});
