import type { Snapshot } from 'local-appwrite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { writeOutbox } from '#shared/appwrite/outbox.ts';
import { HOUR, MINUTE } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { type Service, startService } from '../../support/harness.ts';
import { advanceMinutes, deliveriesOf, giveAddress, inboxOf, mailAdmin } from '../../support/mail.ts';

let service: Service;
let start: Snapshot;
beforeAll(async () => {
  service = await startService(
    { TOKEN_HOURS: '720', APPWRITE_TIMEOUT_MS: '1500' },
    { notifications: true, maintenance: false },
  );
  start = await service.local.snapshot();
});
// Moves the clock back to the present: tokens and signatures of new accounts are valid for a limited time only.
beforeEach(() => service.local.restore(start));
afterEach(() => service.local.faults.clear());
afterAll(() => service.close());

async function filed() {
  const [reporter] = await service.people('user');
  await giveAddress(service, reporter.username);
  const { id } = await reporter.file();
  await service.local.settle();
  return { id, mails: () => inboxOf(service, `${reporter.username}@example.org`) };
}

async function messagesLike(deliveryId: string) {
  const all = await mailAdmin(service).messages();
  return all.filter(({ $id }) => $id.startsWith(deliveryId));
}

const CREATE = { method: 'POST', path: '/v1/messaging/messages/email' };

it.each([
  { kind: 'reset', effect: 'done' },
  { kind: 'reset', effect: 'none' },
  { kind: 'hang', effect: 'late' },
  { kind: 'server-error' },
  { kind: 'rate-limit' },
  { kind: 'kill' },
  { kind: 'wrong-json', effect: 'none' },
] as const)('one mail arrives although the call that hands it over fails: %j', async (fault) => {
  const { id, mails } = await filed();
  const planned = service.local.faults.add({ ...CREATE, functionId: service.functionId('notifications'), ...fault });
  await advanceMinutes(service, 3);
  await service.local.faults.applyLate();
  expect(planned.hits).toBe(1);
  await advanceMinutes(service, 8);
  expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'sent' }]);
  // The message is kept for two hours, since a call that hung may still create it.
  service.local.clock.advance(2 * HOUR);
  await advanceMinutes(service, 2);
  expect(await mails()).toHaveLength(1);
  expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'sent', messageId: null }]);
  service.local.faults.clear();
});

it('a mail that the provider refuses is sent later, and given up after seven attempts', async () => {
  const { messaging } = mailAdmin(service);
  const { id, mails } = await filed();
  await messaging.updateSMTPProvider({ providerId: 'inbox', host: '127.0.0.1:9' });
  await advanceMinutes(service, 4);
  const [waiting] = await deliveriesOf(service, id);
  expect(waiting).toMatchObject({ status: 'pending', reason: expect.stringContaining('SMTP') });
  const given = await filed();
  for (let hours = 0; hours < 40; hours += 1) {
    service.local.clock.advance(HOUR);
    await advanceMinutes(service, 2);
  }
  expect(await deliveriesOf(service, given.id)).toMatchObject([{ status: 'failed', attempts: 7, messageId: null }]);
  await messaging.updateSMTPProvider({ providerId: 'inbox', host: 'inbox.localhost' });
  expect(await mails()).toEqual([]);
  const later = await filed();
  await advanceMinutes(service, 4);
  expect(await later.mails()).toHaveLength(1);
});

it('a message that stays processing for ten minutes is sent again under a second id', async () => {
  const { id, mails } = await filed();
  const [waiting] = await deliveriesOf(service, id);
  // A draft is never sent: it stands in for a message that Messaging has lost.
  const { messaging } = mailAdmin(service);
  await messaging.createEmail({ messageId: `${waiting?.$id}-0`, subject: 'S', content: 'C', draft: true });
  await advanceMinutes(service, 9);
  expect(await mails()).toEqual([]);
  await advanceMinutes(service, 8);
  expect(await mails()).toHaveLength(1);
  expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'sent', round: 1, attempts: 2 }]);
  service.local.clock.advance(2 * HOUR);
  await advanceMinutes(service, 1);
  // A draft can be removed, so both messages are gone.
  expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'sent', messageId: null }]);
  expect(await messagesLike(`${waiting?.$id}`)).toEqual([]);
});

it('a message that never ends is checked once a day in the end, and an erasure removes the person from it', async () => {
  const { store } = service.connection;
  const [reporter, admin] = await service.people('user', 'admin');
  const email = `${reporter.username}@example.org`;
  const accountId = await giveAddress(service, reporter.username);
  service.local.faults.add({ kind: 'message-stuck' });
  const { id } = await reporter.file();
  await advanceMinutes(service, 18);
  expect(await inboxOf(service, email)).toHaveLength(1);
  for (let days = 0; days < 6; days += 1) {
    service.local.clock.advance(24 * HOUR);
    await advanceMinutes(service, 1);
  }
  // Messaging refuses to remove it (corpus messaging-103), so the row is kept until the message ends.
  const [kept] = await deliveriesOf(service, id);
  expect(await messagesLike(`${kept?.$id}`)).toMatchObject([{ status: 'processing' }]);
  expect(kept).toMatchObject({ status: 'sent', messageId: `${kept?.$id}-1` });
  expect(Date.parse(kept?.dueAt ?? '') - service.local.clock.now()).toBeGreaterThan(22 * HOUR);
  await admin.send('DELETE', '/user', { json: { username: reporter.username } });
  await advanceMinutes(service, 8);
  expect(await deliveriesOf(service, accountId)).toEqual([]);
  const row = await store.deliveries.find(`${kept?.$id}`);
  expect(row).toMatchObject({ accountId: null, address: null, complaintId: null, status: 'skipped' });
  expect((await store.outbox.list([])).rows).toEqual([]);
  expect(await mailAdmin(service).usersOf(email)).toEqual([]);
});

it('an erasure removes the message of a call whose answer was lost', async () => {
  const { store } = service.connection;
  const { id } = await filed();
  const [waiting] = await deliveriesOf(service, id);
  service.local.faults.add({ ...CREATE, kind: 'reset', effect: 'done', times: 3 });
  await advanceMinutes(service, 3);
  expect(await messagesLike(`${waiting?.$id}`)).toHaveLength(1);
  const accountId = waiting?.accountId ?? '';
  await writeOutbox(store, { kind: 'account.erased', at: new Date(service.local.clock.now()), accountId });
  await service.local.settle();
  expect(await messagesLike(`${waiting?.$id}`)).toEqual([]);
  service.local.clock.advance(2 * HOUR);
  await advanceMinutes(service, 1);
  expect(await store.deliveries.find(`${waiting?.$id}`)).toBeUndefined();
});

it('more erasures than fit on a page do not delay other mails', async () => {
  const { store } = service.connection;
  const at = new Date(service.local.clock.now()).toISOString();
  const rows = Array.from({ length: 100 }, () => ({ $id: randomId(), kind: 'account.erased', at }));
  await store.outbox.insertMany(rows.map((row) => ({ ...row, accountId: randomId() })));
  service.local.faults.add({ kind: 'event-lost', event: 'databases.main.tables.outbox.rows.*.create' });
  const { mails } = await filed();
  await advanceMinutes(service, 4);
  expect(await mails()).toHaveLength(1);
});

it('a change whose event is lost is sent by the schedule, and one whose event comes twice is sent once', async () => {
  for (const kind of ['event-lost', 'event-doubled'] as const) {
    service.local.faults.add({ kind, event: 'databases.main.tables.outbox.rows.*.create' });
    const { mails } = await filed();
    await advanceMinutes(service, 4);
    expect(await mails()).toHaveLength(1);
  }
});

it('a run with nothing to do makes two calls to Appwrite', async () => {
  await advanceMinutes(service, 5);
  // In the layout compact the same function also does maintenance, every ten minutes; the test avoids that minute.
  const minute = Math.floor(service.local.clock.now() / MINUTE) % 10;
  if (minute >= 8) await advanceMinutes(service, 3);
  const calls = await service.local.calls.during(() => advanceMinutes(service, 1));
  const functionId = service.functionId('notifications');
  expect(calls.filter((call) => call.functionId === functionId)).toHaveLength(2);
});
