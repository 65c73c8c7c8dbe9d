import type { Snapshot } from 'local-appwrite';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AccountNews, writeOutbox } from '#shared/appwrite/outbox.ts';
import { HOUR, SECOND, systemClock } from '#shared/domain/clock.ts';
import { readLink } from '#shared/services/accounts/links.ts';
import { DAYS_SETTINGS, type Person, type Service, startService } from '../../support/harness.ts';
import { advanceMinutes, deliveriesOf, giveAddress, inboxOf, mailAdmin } from '../../support/mail.ts';

let service: Service;
let start: Snapshot;
beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true });
  start = await service.local.snapshot();
});
// Moves the clock back to the present: tokens and signatures of new accounts are valid for a limited time only.
beforeEach(() => service.local.restore(start));
afterAll(() => service.close());

const address = ({ username }: Person) => `${username}@example.org`;

/** Writes an outbox row and waits until its event is handled; no time passes. */
async function tell(news: Omit<AccountNews, 'at'>): Promise<void> {
  await writeOutbox(service.connection.store, { ...news, at: new Date(service.local.clock.now()) });
  await service.local.settle();
  // The second settle waits for the provider.
  await service.local.settle();
}

async function linksTo(to: string, name: string): Promise<string[]> {
  const mails = await inboxOf(service, to);
  return mails.flatMap(({ text }) =>
    [...text.matchAll(new RegExp(`https://app\\.example/reports/#${name}=(\\S+)`, 'g'))].map(([, token = '']) => token),
  );
}

it('an address is confirmed by a link that is sent at once, whatever notify says; a newer link ends the older one', async () => {
  const [person] = await service.people('user');
  const accountId = await giveAddress(service, person.username, { emailConfirmed: false, notify: 'none' });
  await tell({ kind: 'email.confirm', accountId });
  await tell({ kind: 'email.confirm', accountId });
  const [newer = '', older = ''] = await linksTo(address(person), 'confirm');
  const deps = { ...service.connection, clock: systemClock };
  expect(newer).toMatch(/^[\w-]{43}$/);
  expect(await readLink(deps, newer, 'confirm')).toMatchObject({ accountId, address: address(person) });
  expect(await readLink(deps, older, 'confirm')).toBeUndefined();
  expect(await readLink(deps, newer, 'reset')).toBeUndefined();
  const later = { now: () => new Date(Date.now() + HOUR + 100 * SECOND), elapsed: () => 0 };
  expect(await readLink({ ...service.connection, clock: later }, newer, 'confirm')).toBeUndefined();
  expect(JSON.stringify(await service.connection.store.links.list([]))).not.toContain(newer);
});

it('a pending address gets the link, and the present address a notice', async () => {
  const [person] = await service.people('user');
  const accountId = await giveAddress(service, person.username, { emailPending: `new-${address(person)}` });
  await tell({ kind: 'email.confirm', accountId });
  await tell({ kind: 'email.change_requested', accountId, address: address(person) });
  expect(await linksTo(`new-${address(person)}`, 'confirm')).toHaveLength(1);
  expect(await linksTo(address(person), 'confirm')).toEqual([]);
  expect((await inboxOf(service, address(person)))[0]?.text).toContain('has asked for another address');
});

it('no link is sent for an address that is already confirmed', async () => {
  const [person] = await service.people('user');
  const accountId = await giveAddress(service, person.username);
  await tell({ kind: 'email.confirm', accountId });
  expect(await inboxOf(service, address(person))).toEqual([]);
  expect(await deliveriesOf(service, accountId)).toMatchObject([{ status: 'skipped' }]);
});

it('recovery mails a link by name or address, one for each account of the address, and none for unknown ones', async () => {
  const [one, two] = await service.people('user', 'user');
  for (const { username } of [one, two]) await giveAddress(service, username, { email: 'shared@example.org' });
  await tell({ kind: 'recovery.requested', username: one.username });
  expect(await linksTo('shared@example.org', 'reset')).toHaveLength(1);
  await tell({ kind: 'recovery.requested', address: 'shared@example.org' });
  expect(await linksTo('shared@example.org', 'reset')).toHaveLength(3);
  await tell({ kind: 'recovery.requested', username: 'nobody.of.that.name' });
  await tell({ kind: 'recovery.requested', address: 'nobody@example.org' });
  expect(await inboxOf(service, 'nobody@example.org')).toEqual([]);
  expect((await service.connection.store.outbox.list([])).rows).toEqual([]);
});

it('an account gets at most five recovery mails an hour', async () => {
  const [person] = await service.people('user');
  const accountId = await giveAddress(service, person.username);
  for (let n = 0; n < 7; n += 1) await tell({ kind: 'recovery.requested', username: person.username });
  expect(await linksTo(address(person), 'reset')).toHaveLength(5);
  const skipped = (await deliveriesOf(service, accountId)).filter(({ status }) => status === 'skipped');
  expect(skipped).toHaveLength(2);
  await advanceMinutes(service, 61);
  await tell({ kind: 'recovery.requested', username: person.username });
  expect(await linksTo(address(person), 'reset')).toHaveLength(6);
});

it('recovery mails nothing to an unconfirmed address', async () => {
  const [person] = await service.people('user');
  await giveAddress(service, person.username, { emailConfirmed: false });
  await tell({ kind: 'recovery.requested', address: address(person) });
  await tell({ kind: 'recovery.requested', username: person.username });
  expect(await inboxOf(service, address(person))).toEqual([]);
});

it('the old address is notified, and its Messaging user removed unless another account has the address', async () => {
  const [person, other] = await service.people('user', 'user');
  const { usersOf } = mailAdmin(service);
  const old = `old-${address(person)}`;
  const accountId = await giveAddress(service, person.username);
  await giveAddress(service, other.username, { email: `shared-${address(person)}` });
  for (const former of [old, `shared-${address(person)}`])
    await tell({ kind: 'email.changed', accountId, address: former });
  await advanceMinutes(service, 2);
  expect((await inboxOf(service, old))[0]?.text).toContain('does not use this address any more');
  // A late notice about the change is still sent to the old address.
  await tell({ kind: 'email.change_requested', accountId, address: old });
  await advanceMinutes(service, 2);
  expect((await inboxOf(service, old))[0]?.text).toContain('has asked for another address');
  expect(await usersOf(old)).toEqual([]);
  expect(await usersOf(`shared-${address(person)}`)).toHaveLength(1);
});

it('the Messaging user of an old address stays until the last mail to it has ended', async () => {
  const person = await service.person();
  const { usersOf } = mailAdmin(service);
  const old = `old-${address(person)}`;
  const accountId = await giveAddress(service, person.username);
  const path = '/v1/messaging/messages/email';
  service.local.faults.add({ kind: 'server-error', method: 'POST', path, times: 2 });
  await tell({ kind: 'email.change_requested', accountId, address: old });
  await advanceMinutes(service, 2);
  // The first mail waits for its third attempt while the second one is sent.
  await tell({ kind: 'email.changed', accountId, address: old });
  await advanceMinutes(service, 2);
  expect((await inboxOf(service, old)).map(({ subject }) => subject)).toEqual(['Your address was changed']);
  expect(await usersOf(old)).toHaveLength(1);
  await advanceMinutes(service, 12);
  // The second settle waits for the provider.
  await service.local.settle();
  expect(await inboxOf(service, old)).toHaveLength(2);
  expect(await usersOf(old)).toEqual([]);
});

it('a person is told of a new password and of a new role', async () => {
  const [person] = await service.people('user');
  const accountId = await giveAddress(service, person.username, { notify: 'none' });
  await tell({ kind: 'password.changed', accountId });
  await tell({ kind: 'role.changed', accountId });
  const subjects = (await inboxOf(service, address(person))).map(({ subject }) => subject);
  expect(subjects.sort()).toEqual(['Your password was changed', 'Your role was changed']);
});

it('an erased person leaves no delivery, no message and no user', async () => {
  const [person] = await service.people('user');
  const accountId = await giveAddress(service, person.username);
  await person.file();
  await tell({ kind: 'password.changed', accountId });
  const { usersOf, messages } = mailAdmin(service);
  expect(await usersOf(address(person))).toHaveLength(1);
  await service.connection.store.users.remove(accountId);
  await tell({ kind: 'account.erased', accountId, address: address(person) });
  await advanceMinutes(service, 7);
  expect(await usersOf(address(person))).toEqual([]);
  expect(await messages()).toEqual([]);
  expect(await deliveriesOf(service, accountId)).toEqual([]);
  expect((await service.connection.store.outbox.list([])).rows).toEqual([]);
});

it('an account that is deleted in the console leaves no Messaging user, even when its event is lost', async () => {
  const people = await service.people('user', 'user', 'user');
  const [told, lost, sharing] = people;
  const { users } = service.connection.store;
  const { usersOf } = mailAdmin(service);
  const shared = `Shared-${address(told)}`;
  const pending = `pending-${address(told)}`;
  const ids = new Map<string, string>();
  const given = new Map([
    [told, { emailPending: pending }],
    [lost, { email: `Lost-${address(lost)}` }],
    [sharing, { email: shared }],
  ]);
  for (const person of people) ids.set(person.username, await giveAddress(service, person.username, given.get(person)));
  for (const accountId of ids.values()) await tell({ kind: 'password.changed', accountId });
  await tell({ kind: 'email.confirm', accountId: ids.get(told.username) });
  for (const held of [address(told), pending, `lost-${address(lost)}`, shared.toLowerCase()]) {
    expect(await usersOf(held)).toHaveLength(1);
  }
  await users.remove(ids.get(told.username) ?? '');
  await service.local.settle();
  await advanceMinutes(service, 7);
  for (const gone of [address(told), pending]) expect(await usersOf(gone)).toEqual([]);
  expect(await usersOf(`lost-${address(lost)}`)).toHaveLength(1);

  service.local.faults.add({ kind: 'event-lost', functionId: service.functionId('media-cleanup') });
  await users.remove(ids.get(lost.username) ?? '');
  await service.local.settle();
  expect(await usersOf(`lost-${address(lost)}`)).toHaveLength(1);
  service.local.clock.advance(25 * HOUR);
  await advanceMinutes(service, 2);
  expect(await usersOf(`lost-${address(lost)}`)).toEqual([]);
  expect(await usersOf(shared.toLowerCase())).toHaveLength(1);
});
