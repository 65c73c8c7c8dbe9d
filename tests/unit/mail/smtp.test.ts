import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { ConfigError, readNotifyConfig } from '#shared/config.ts';
import { SmtpMailer } from '#shared/mail/smtp.ts';

/** A server that accepts every mail, or refuses the recipient; it records the lines it receives. */
async function smtpServer({ refuses }: { refuses: boolean }) {
  const lines: string[] = [];
  const server = createServer((socket) => {
    let inData = false;
    let rest = '';
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      const whole = `${rest}${chunk}`.split('\r\n');
      rest = whole.pop() ?? '';
      for (const line of whole) {
        lines.push(line);
        if (inData && line !== '.') continue;
        inData = line === 'DATA';
        const isRefused = refuses && line.startsWith('RCPT');
        socket.write(
          line === 'QUIT' ? '221 bye\r\n' : isRefused ? '550 no\r\n' : inData ? '354 go on\r\n' : '250 ok\r\n',
        );
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, lines, close: () => new Promise((done) => server.close(done)) };
}

const mail = {
  id: 'd123-0',
  to: 'ada@example.org',
  subject: 'Hello',
  text: 'Plain words',
  html: '<p>Marked words</p>',
};
const from = 'Us <us@example.com>';

it('a mail is sent with text and HTML, and with the same id when it is sent again', async () => {
  const server = await smtpServer({ refuses: false });
  const mailer = new SmtpMailer({ url: server.url, from });
  expect(await mailer.send(mail)).toBe('sent');
  expect(server.lines).toContain('MAIL FROM:<us@example.com>');
  expect(server.lines).toContain('RCPT TO:<ada@example.org>');
  for (const line of [
    'Message-ID: <d123-0@example.com>',
    'Auto-Submitted: auto-generated',
    'Plain words',
    '<p>Marked words</p>',
  ]) {
    expect(server.lines).toContain(line);
  }
  expect(await mailer.resultOf()).toEqual({ status: 'missing' });
  await server.close();
});

it('a mail that the server refuses is an error, so it is sent again later', async () => {
  const server = await smtpServer({ refuses: true });
  await expect(new SmtpMailer({ url: server.url, from }).send(mail)).rejects.toThrow('550');
  await server.close();
});

it('SMTP_URL and MAIL_FROM are read together, and refused when they do not fit', () => {
  const place = {
    APPWRITE_FUNCTION_API_ENDPOINT: 'https://appwrite.example/v1',
    APPWRITE_FUNCTION_PROJECT_ID: 'p',
    TOKEN_SECRET: 'x'.repeat(40),
  };
  expect(readNotifyConfig(place)).toMatchObject({
    smtp: undefined,
    appUrl: 'https://appwrite.example',
    webhooksToLoopback: false,
  });
  const set = {
    ...place,
    SMTP_URL: 'smtps://u:p@mail.example.org',
    MAIL_FROM: from,
    APP_URL: 'https://app.example/x/',
  };
  expect(readNotifyConfig(set)).toMatchObject({ smtp: { url: set.SMTP_URL, from }, appUrl: 'https://app.example/x' });
  for (const wrong of [
    { SMTP_URL: 'mail.example.org' },
    { SMTP_URL: 'https://x.org' },
    { MAIL_FROM: '' },
    { MAIL_FROM: 'us' },
    { APP_URL: 'app' },
  ]) {
    expect(() => readNotifyConfig({ ...set, ...wrong })).toThrow(ConfigError);
  }
});
