import { afterAll, beforeAll, expect, it } from 'vitest';
import { Profile } from '#shared/contract/responses.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { DAYS_SETTINGS, type Service, startService, uniqueName } from '../../support/harness.ts';
import { advanceMinutes, inboxOf, mailAdmin } from '../../support/mail.ts';

let service: Service;
beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true, maintenance: false });
});
afterAll(() => service.close());

const NEW_PASSWORD = 'another-Horse-77';
const post = (path: string, json: unknown) => service.send('POST', path, { json });

/** The newest mail to an address, after waiting for `notifications` and the provider. */
async function newestTo(address: string) {
  for (let turn = 0; turn < 3; turn += 1) await service.local.settle();
  const [mail] = await inboxOf(service, address);
  if (!mail) throw new Error('there is no mail');
  return mail;
}

async function tokenTo(address: string, name: string): Promise<string> {
  const [, token = ''] =
    new RegExp(`https://app\\.example/reports/#${name}=(\\S+)`).exec((await newestTo(address)).text) ?? [];
  expect(token).toMatch(/^[\w-]{43}$/);
  return token;
}

async function logIn(username: string, password: string) {
  return (await post('/login', { username, password })).status;
}

it('a person registers with an address, confirms it, recovers the password, changes the address and is erased', async () => {
  const username = uniqueName();
  const [email, next] = [`${username}@example.org`, `${username}@example.net`];
  const profile = await post('/user', { username, password: PASSWORD, name: 'Ada', email, notify: 'none' });
  profile.as(Profile, 201);
  await post('/recovery', { username });
  expect((await post('/email/confirm', { token: await tokenTo(email, 'confirm') })).status).toBe(204);
  expect((await inboxOf(service, email)).length).toBe(1);

  for (const whom of [{ username }, { email: email.toUpperCase() }])
    expect((await post('/recovery', whom)).status).toBe(202);
  await newestTo(email);
  const links = (await inboxOf(service, email)).flatMap(({ text }) => /#reset=(\S+)/.exec(text)?.[1] ?? []);
  expect(links).toHaveLength(2);
  const answers = [];
  for (const token of links) answers.push((await post('/recovery/confirm', { token, password: NEW_PASSWORD })).status);
  expect(answers.sort()).toEqual([204, 410]);
  expect([await logIn(username, PASSWORD), await logIn(username, NEW_PASSWORD)]).toEqual([401, 200]);
  expect((await newestTo(email)).subject).toBe('Your password was changed');

  const person = await service.login(username, NEW_PASSWORD);
  const change = { email: next, currentPassword: NEW_PASSWORD };
  (await person.send('PUT', '/user', { json: change })).as(Profile);
  const token = await tokenTo(next, 'confirm');
  expect((await newestTo(email)).text).toContain('has asked for another address');
  expect((await post('/email/confirm', { token })).status).toBe(204);
  expect((await newestTo(email)).text).toContain('does not use this address any more');

  (await person.send('DELETE', '/user', { json: { password: NEW_PASSWORD } })).text;
  await advanceMinutes(service, 7);
  const { usersOf, messages } = mailAdmin(service);
  expect(await messages()).toEqual([]);
  for (const address of [email, next]) expect(await usersOf(address)).toEqual([]);
});

it('an address that was never confirmed is dropped without a mail and leaves no Messaging user', async () => {
  const person = await service.person();
  const email = `${person.username}@example.org`;
  const put = (address: string | null) =>
    person.send('PUT', '/user', { json: { email: address, currentPassword: PASSWORD } });
  (await put(email)).as(Profile);
  await newestTo(email);
  const { usersOf } = mailAdmin(service);
  expect(await usersOf(email)).toHaveLength(1);
  (await put(null)).as(Profile);
  await advanceMinutes(service, 2);
  expect(await inboxOf(service, email)).toHaveLength(1);
  expect(await usersOf(email)).toEqual([]);
});
