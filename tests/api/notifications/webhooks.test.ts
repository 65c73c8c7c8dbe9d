import { randomBytes } from 'node:crypto';
import type { Snapshot } from 'local-appwrite';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { DAYS_SETTINGS, type Service, startService } from '../../support/harness.ts';
import { bodyOf, type LocalServer, startServer } from '../../support/local-server.ts';
import { advanceMinutes, giveAddress, inboxOf } from '../../support/mail.ts';

type Call = { path: string; headers: Record<string, string>; body: string };
type Payload = { type: string; timestamp: string; data: Record<string, unknown> };

let service: Service;
let start: Snapshot;
let server: LocalServer;
const calls: Call[] = [];
/** The receiver's answers by path. */
const answers: Record<string, { status: number; headers?: Record<string, string> }> = {};

beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true, maintenance: false });
  start = await service.local.snapshot();
  server = await startServer(async (request, response) => {
    const path = request.url ?? '';
    calls.push({ path, headers: request.headers as Record<string, string>, body: (await bodyOf(request)).toString() });
    const { status = 200, headers = {} } = answers[path] ?? {};
    response.writeHead(status, headers).end();
  });
});
// Moves the clock back to the present: tokens and signatures of new accounts are valid for a limited time only.
beforeEach(() => service.local.restore(start));
afterAll(async () => {
  await service.close();
  await server.close();
});

const ALL = 'complaint.created, complaint.changed,complaint.deleted';

async function hook(more: Record<string, unknown> = {}) {
  const id = randomId();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const row = { url: `${server.url}/${id}`, events: ALL, secret, enabled: true, ...more };
  await service.connection.store.webhooks.insert(id, row);
  const received = () => {
    const mine = calls.filter(({ path }) => path === `/${id}`);
    // The official library throws for a wrong signature, and for a time that is not now.
    return mine.map(({ body, headers }) => ({
      ...(new Webhook(secret).verify(body, headers) as Payload),
      id: headers['webhook-id'],
    }));
  };
  const read = async () => (await service.connection.store.webhooks.find(id)) ?? expect.unreachable();
  return { id, received, read, remove: () => service.connection.store.webhooks.remove(id) };
}

/** Does the work and waits until the webhooks were called; throws when the answer is a refusal. */
async function quiet(work: () => Promise<unknown>): Promise<void> {
  const answer = await work();
  if (answer && typeof answer === 'object' && 'status' in answer && Number(answer.status) > 299)
    throw new Error(JSON.stringify(answer));
  await service.local.settle();
}

describe('a webhook', () => {
  it('is told at once of public changes, signed in the format of the official library', async () => {
    const { received, remove } = await hook();
    const [reporter, staff] = await service.people('user', 'staff');
    const { id } = await reporter.file({ anonymous: true });
    await service.local.settle();
    await quiet(() =>
      staff.send('PUT', '/complain', { json: { id, status: 'acknowledged', internalNote: 'Secret remark' } }),
    );
    await quiet(() => staff.send('PUT', '/complain', { json: { id, assignedTo: staff.username } }));
    await quiet(() => staff.send('PUT', '/complain', { json: { id, internalNote: 'Another secret remark' } }));
    const told = received();
    expect(told.map(({ type }) => type)).toEqual(['complaint.created', 'complaint.changed']);
    expect(new Set(told.map((one) => one.id)).size).toBe(2);
    const { items } = JSON.parse((await service.send('GET', `/complain?status=acknowledged`)).text);
    const shown = items.find((one: { id: string }) => one.id === id);
    expect(told[1]?.data).toMatchObject({ id, status: 'acknowledged', username: null, assignedTo: null, version: 2 });
    expect(Object.keys(told[1]?.data ?? {}).sort()).toEqual(Object.keys(shown).sort());
    expect(JSON.stringify(calls)).not.toContain('ecret remark');
    expect(JSON.stringify(calls)).not.toContain(reporter.username);
    await remove();
  });

  it('is told of hiding as a deletion, and of showing as a creation', async () => {
    const { received, remove } = await hook();
    const [reporter, staff, admin] = await service.people('user', 'staff', 'admin');
    const { id } = await reporter.file();
    await service.local.settle();
    await quiet(() => staff.send('PUT', '/complain', { json: { id, hidden: true } }));
    await quiet(() => staff.send('PUT', '/complain', { json: { id, status: 'acknowledged' } }));
    await quiet(() => staff.send('PUT', '/complain', { json: { id, hidden: false } }));
    await quiet(() => admin.send('POST', '/complain/delete', { json: { id } }));
    const told = received();
    expect(told.map(({ type }) => type)).toEqual([
      'complaint.created',
      'complaint.deleted',
      'complaint.created',
      'complaint.deleted',
    ]);
    expect(told[1]?.data).toEqual({ id });
    expect(told[3]?.data).toEqual({ id });
    await remove();
  });

  it('is told only of the events it subscribes to, and of none while it is disabled', async () => {
    const some = await hook({ events: 'complaint.deleted' });
    const none = await hook({ enabled: false });
    const [reporter] = await service.people('user');
    const { id } = await reporter.file();
    await quiet(() => reporter.send('POST', '/complain/delete', { json: { id } }));
    expect(some.received().map(({ type }) => type)).toEqual(['complaint.deleted']);
    expect(none.received()).toEqual([]);
    await some.remove();
  });

  it('is called again after a failure with the same id, after the time that its answer asks for', async () => {
    const { id: hookId, read, remove } = await hook();
    const [reporter] = await service.people('user');
    answers[`/${hookId}`] = { status: 503, headers: { 'retry-after': '240' } };
    await quiet(() => reporter.file());
    await advanceMinutes(service, 3);
    expect(calls.filter(({ path }) => path === `/${hookId}`)).toHaveLength(1);
    expect((await read()).failingSince).not.toBeNull();
    delete answers[`/${hookId}`];
    await advanceMinutes(service, 2);
    const [first, second, ...more] = calls.filter(({ path }) => path === `/${hookId}`);
    expect(more).toEqual([]);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(Number(second?.headers['webhook-timestamp'])).toBeGreaterThan(
      Number(first?.headers['webhook-timestamp']) + 200,
    );
    expect((await read()).failingSince).toBeNull();
    await remove();
  });

  it('does not follow redirects', async () => {
    const { id: hookId, remove } = await hook();
    answers[`/${hookId}`] = { status: 307, headers: { location: '/elsewhere' } };
    const [reporter] = await service.people('user');
    await quiet(() => reporter.file());
    expect(calls.filter(({ path }) => path === `/${hookId}`)).toHaveLength(1);
    expect(calls.filter(({ path }) => path === '/elsewhere')).toEqual([]);
    await remove();
  });

  it.each([
    ['410 Gone', 410, 0],
    ['failures for five days', 500, 6],
  ])('is disabled after %s, and the admins are mailed', async (_, status, days) => {
    const { id: hookId, read, remove } = await hook();
    const [reporter, admin] = await service.people('user', 'admin');
    await giveAddress(service, admin.username);
    answers[`/${hookId}`] = { status };
    await quiet(() => reporter.file());
    for (let day = 0; day < days; day += 1) {
      service.local.clock.advance(DAY);
      await quiet(() => reporter.file());
    }
    await advanceMinutes(service, 1);
    expect(await read()).toMatchObject({ enabled: false, disabledBecause: expect.any(String) });
    const mails = await inboxOf(service, `${admin.username}@example.org`);
    expect(mails.map(({ subject }) => subject)).toEqual([`A webhook was disabled: ${new URL(server.url).host}`]);
    await remove();
  });

  it.each([
    ['a private address', { url: 'https://10.0.0.1/' }, 'not a public one'],
    ['http to somewhere else', { url: 'http://93.184.216.34/' }, 'not a public one'],
    ['a secret that is none', { secret: 'hello' }, 'whsec_'],
  ])('that has %s is not called, and the delivery says why', async (_, more, reason) => {
    const { id: webhookId, remove } = await hook(more);
    const [reporter] = await service.people('user');
    const { id } = await reporter.file();
    await service.local.settle();
    const { rows } = await service.connection.store.deliveries.list([]);
    const mine = rows.filter((row) => row.webhookId === webhookId && row.complaintId === id);
    expect(mine).toMatchObject([{ status: 'pending', attempts: 1, reason: expect.stringContaining(reason) }]);
    await remove();
  });
});
