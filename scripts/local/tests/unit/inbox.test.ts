import { ID, Messaging, Users } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli.ts';
import { send } from '../support/send.ts';
import { useLocalAppwrite } from './support/harness.ts';

const server = useLocalAppwrite();

async function write(
  to: string,
  mail: { subject?: string; content?: string; scheduledAt?: string; html?: boolean } = {},
) {
  const userId = ID.unique();
  const messaging = new Messaging(server.client);
  await new Users(server.client).create({ userId, email: to });
  const { subject = 'Hello', content = 'Text', html = false } = mail;
  const message = { messageId: ID.unique(), subject, content, html, users: [userId] };
  return messaging.createEmail(mail.scheduledAt ? { ...message, scheduledAt: mail.scheduledAt } : message);
}

async function inbox() {
  const { body } = await send(server.appwrite, { path: '/_local/inbox' });
  return JSON.parse(body.toString()).messages as { to: string; subject: string; text: string; at: string }[];
}

describe('the inbox', () => {
  it('receives mails a moment after they were created, newest first', async () => {
    const { $id: messageId, status } = await write('a@example.org', { subject: 'First', content: 'One' });
    expect(status).toBe('processing');
    await server.appwrite.settle();
    await write('b@example.org', { subject: 'Second', content: 'Two' });
    await server.appwrite.settle();
    const at = expect.stringMatching(/^\d{4}-.*\+00:00$/);
    expect((await inbox()).slice(0, 2)).toEqual([
      { to: 'b@example.org', subject: 'Second', text: 'Two', at },
      { to: 'a@example.org', subject: 'First', text: 'One', at },
    ]);
    expect(await new Messaging(server.client).getMessage({ messageId })).toMatchObject({
      status: 'sent',
      deliveredTotal: 1,
    });
    expect(JSON.parse(await runCommand(server.appwrite.url, ['inbox'])).messages[0]).toMatchObject({
      subject: 'Second',
    });
  });

  it('is a page for a browser, with links and with escaped markup', async () => {
    await write('c@example.org', { subject: '<b>Bold</b>', content: 'See https://example.org/?a=1&b=2#confirm=x now' });
    await server.appwrite.settle();
    const page = await send(server.appwrite, { path: '/_local/inbox', headers: { accept: 'text/html,*/*' } });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const link = 'https://example.org/?a=1&amp;b=2#confirm=x';
    expect(page.body.toString()).toContain(`See <a href="${link}">${link}</a> now`);
    expect(page.body.toString()).toContain('<h2>&lt;b&gt;Bold&lt;/b&gt;</h2>');
    const foreign = { accept: 'text/html', origin: 'https://page.test' };
    expect((await send(server.appwrite, { path: '/_local/inbox', headers: foreign })).status).toBe(401);
  });

  it('has the text of an HTML mail too', async () => {
    const html =
      '<title>T</title><style>p{}</style><p>Fish &amp; chips</p><a href="https://example.org/#x=1">https://example.org/#x=1</a>';
    await write('h@example.org', { subject: 'Html', content: html, html: true });
    await server.appwrite.settle();
    const [mail] = await inbox();
    expect(mail).toMatchObject({ html, text: 'Fish & chipshttps://example.org/#x=1' });
  });

  it('receives nothing if the host of the provider is unreachable; the message then fails', async () => {
    const messaging = new Messaging(server.client);
    for (const host of ['127.0.0.1:nothing', '127.0.0.1:9']) {
      await messaging.updateSMTPProvider({ providerId: 'inbox', host });
      const { $id: messageId } = await write(`${ID.unique()}@example.org`, { subject: host });
      await server.appwrite.settle();
      const message = await messaging.getMessage({ messageId });
      expect(message).toMatchObject({ status: 'failed', deliveredTotal: 0, deliveryErrors: [expect.any(String)] });
    }
    await messaging.updateSMTPProvider({ providerId: 'inbox', host: 'inbox.localhost' });
    expect((await inbox()).map(({ subject }) => subject)).not.toContain('127.0.0.1:9');
  });

  it('receives scheduled mails when they are due, after a restart too', async () => {
    const scheduledAt = new Date(server.appwrite.clock.now() + 3_600_000).toISOString();
    await write('d@example.org', { subject: 'Later', scheduledAt });
    await server.restart();
    await server.appwrite.settle();
    expect((await inbox()).map(({ subject }) => subject)).not.toContain('Later');
    server.appwrite.clock.advance(3_601_000);
    await server.appwrite.settle();
    expect((await inbox())[0]).toMatchObject({ to: 'd@example.org', subject: 'Later' });
  });

  it('is empty again after a reset, and the next mail still arrives', async () => {
    await write('e@example.org');
    await server.appwrite.reset();
    expect(await inbox()).toEqual([]);
    await write('e@example.org', { subject: 'Again' });
    await server.appwrite.settle();
    expect((await inbox()).map(({ subject }) => subject)).toEqual(['Again']);
  });
});
