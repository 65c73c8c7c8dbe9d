import type { Snapshot } from 'local-appwrite';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Service, startService } from '../../support/harness.ts';
import { deliveriesOf, giveAddress, inboxOf, letMinutesPass, mailAdmin } from '../../support/mail.ts';

let service: Service;
let start: Snapshot;
beforeAll(async () => {
  service = await startService({ TOKEN_HOURS: '720', APPWRITE_TIMEOUT_MS: '1500' });
  start = await service.local.snapshot();
});
// Back to the present: accounts are new in each test, and tokens and signatures are good for a while only.
beforeEach(() => service.local.restore(start));
afterAll(() => service.close());

async function filed() {
  const [reporter] = await service.people('user');
  await giveAddress(service, reporter.username);
  const { id } = await reporter.file();
  await service.local.settle();
  return { id, mails: () => inboxOf(service, `${reporter.username}@example.org`) };
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
  await letMinutesPass(service, 3);
  await service.local.faults.applyLate();
  expect(planned.hits).toBe(1);
  await letMinutesPass(service, 8);
  expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'sent' }]);
  // The message is kept while a try that hung may still arrive.
  service.local.clock.advance(2 * 3_600_000);
  await letMinutesPass(service, 2);
  expect(await mails()).toHaveLength(1);
  expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'sent', messageId: null }]);
  service.local.faults.clear();
});

it('a mail that the provider does not take is sent once it does, and given up after seven attempts', async () => {
  const { messaging } = mailAdmin(service);
  const { id, mails } = await filed();
  await messaging.updateSMTPProvider({ providerId: 'inbox', host: '127.0.0.1:9' });
  await letMinutesPass(service, 4);
  const [waiting] = await deliveriesOf(service, id);
  expect(waiting).toMatchObject({ status: 'pending', reason: expect.stringContaining('SMTP') });
  const given = await filed();
  for (let hours = 0; hours < 40; hours += 1) {
    service.local.clock.advance(3_600_000);
    await letMinutesPass(service, 2);
  }
  expect(await deliveriesOf(service, given.id)).toMatchObject([{ status: 'failed', attempts: 7, messageId: null }]);
  await messaging.updateSMTPProvider({ providerId: 'inbox', host: 'inbox.localhost' });
  expect(await mails()).toEqual([]);
  const later = await filed();
  await letMinutesPass(service, 4);
  expect(await later.mails()).toHaveLength(1);
});

it('a message that stays processing for ten minutes is sent again under a second id', async () => {
  const { id, mails } = await filed();
  const [waiting] = await deliveriesOf(service, id);
  // A draft is never sent: it stands for a message that Messaging has forgotten.
  const { messaging } = mailAdmin(service);
  await messaging.createEmail({ messageId: `${waiting?.$id}-0`, subject: 'S', content: 'C', draft: true });
  await letMinutesPass(service, 9);
  expect(await mails()).toEqual([]);
  await letMinutesPass(service, 8);
  expect(await mails()).toHaveLength(1);
  expect(await deliveriesOf(service, id)).toMatchObject([{ status: 'sent', round: 1, attempts: 2 }]);
});

it('a change whose event is lost is told by the schedule, and one whose event comes twice is told once', async () => {
  for (const kind of ['event-lost', 'event-doubled'] as const) {
    service.local.faults.add({ kind, event: 'databases.main.tables.outbox.rows.*.create' });
    const { mails } = await filed();
    await letMinutesPass(service, 4);
    expect(await mails()).toHaveLength(1);
  }
});

it('asks Appwrite twice when there is nothing to do', async () => {
  await letMinutesPass(service, 5);
  // In the layout compact maintenance is done by the same function, every ten minutes.
  const minute = Math.floor(service.local.clock.now() / 60_000) % 10;
  if (minute >= 8) await letMinutesPass(service, 3);
  const calls = await service.local.calls.during(() => letMinutesPass(service, 1));
  const functionId = service.functionId('notifications');
  expect(calls.filter((call) => call.functionId === functionId)).toHaveLength(2);
});
