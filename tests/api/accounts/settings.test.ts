import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '#scripts/project/routes.ts';
import { composeService, lazyService } from '#shared/compose.ts';
import { readConfig } from '#shared/config.ts';
import { createHandler } from '#shared/http/handler.ts';
import { issueToken } from '#shared/security/issue-token.ts';
import { countingHasher } from '#tests/load/attack/counting-hasher.ts';
import { callInProcess, type Reply } from '#tests/load/attack/in-process.ts';
import { withEnvironment } from '#tests/support/environment.ts';

const SECRET = randomBytes(48).toString('base64url');
const OTHER_SECRET = randomBytes(48).toString('base64url');
const ENV = {
  APPWRITE_FUNCTION_API_ENDPOINT: 'http://127.0.0.1:1/v1',
  APPWRITE_FUNCTION_PROJECT_ID: 'complaints',
  TOKEN_SECRET: SECRET,
};
const routes = Object.values(ROUTES).flat();

/** Sends a request to a service with these settings whose Appwrite does not answer. */
async function ask(
  env: Record<string, string>,
  target = '/user',
  headers = {},
): Promise<{ reply: Reply; log: string }> {
  const heard: string[] = [];
  const reply = await withEnvironment(env, () => {
    const send = callInProcess(createHandler(routes, lazyService()), {
      key: 'k',
      onOutput: (line) => heard.push(line),
    });
    return send('GET', target, { headers });
  });
  return { reply, log: heard[0] ?? '' };
}

describe('a token secret', () => {
  it.each([
    ['none', ''],
    ['a short one', 'kP9v3Qm1xT7wLz5RnB8cYd2FhJ6sGa4'],
  ])('that is %s makes every endpoint refuse to serve, public ones too', async (_, secret) => {
    for (const target of ['/user', '/complain', '/complain/categories']) {
      const { reply, log } = await ask({ ...ENV, TOKEN_SECRET: secret }, target);
      expect(reply.status).toBe(503);
      expect(reply.body.code).toBe('misconfigured');
      expect(reply.headers['retry-after']).toBe('60');
      expect(log).toContain('TOKEN_SECRET');
      if (secret !== '') expect(log + reply.text).not.toContain(secret);
    }
  });

  it.each([
    ['the same', SECRET],
    ['a short one', 'a'.repeat(31)],
  ])('before the last rotation that is %s makes the service refuse, too', async (_, previous) => {
    const { reply } = await ask({ ...ENV, TOKEN_SECRET_PREVIOUS: previous });
    expect(reply.body.code).toBe('misconfigured');
  });

  it('of 32 bytes is accepted, whatever the bytes are', async () => {
    for (const TOKEN_SECRET of [OTHER_SECRET, 'a'.repeat(32), 'ä'.repeat(16)]) {
      const { reply } = await ask({ ...ENV, TOKEN_SECRET, TOKEN_SECRET_PREVIOUS: SECRET });
      expect(reply.status).toBe(401);
    }
  });
});

describe('a rotation', () => {
  const subject = { sub: 'u0123456789abcdef', epoch: 'e0123456789abcdefghi' };
  const tokensOf = (env: Record<string, string>) => composeService(readConfig({ ...ENV, ...env })).tokens;

  it('keeps tokens of the previous secret valid until that is removed', async () => {
    const { token: old } = await issueToken(tokensOf({}), subject);
    const during = tokensOf({ TOKEN_SECRET: OTHER_SECRET, TOKEN_SECRET_PREVIOUS: SECRET });
    const after = tokensOf({ TOKEN_SECRET: OTHER_SECRET });
    expect(await during.verify(old)).toMatchObject(subject);
    expect(await after.verify(old)).toBeUndefined();
    const { token: young } = await issueToken(during, subject);
    expect(await after.verify(young)).toMatchObject(subject);
    expect(await tokensOf({}).verify(young)).toBeUndefined();
  });

  it('does not make tokens of one project valid in another', async () => {
    const { token } = await issueToken(tokensOf({}), subject);
    expect(await tokensOf({ APPWRITE_FUNCTION_PROJECT_ID: 'other' }).verify(token)).toBeUndefined();
  });
});

it.each([
  ['BCRYPT_COST', '9'],
  ['BCRYPT_COST', '16'],
  ['BCRYPT_COST', 'ten'],
  ['TOKEN_HOURS', '0'],
  ['LOGIN_FAILURES_PER_ADDRESS', '0'],
  ['LOGIN_FAILURES_PER_DAY', '-1'],
  ['LOGIN_FAILURES_PER_ACCOUNT', '0'],
  ['LOGIN_FAILURES_FROM_KNOWN', 'none'],
  ['TIME_ZONE', 'Middle-earth/Shire'],
  ['CONTACT_DAYS', '0'],
  ['WORKING_HOURS', 'from nine to five'],
  ['HOLIDAYS', 'christmas'],
  ['CHANGES_PER_HOUR', '0'],
  ['STAFF_CHANGES_PER_HOUR', '0.5'],
  ['FOLLOWS_PER_HOUR', '0'],
  ['COMPLAINTS_PER_HOUR', '0'],
  ['REGISTRATIONS_PER_HOUR', '1e3'],
])('%s=%s makes the service refuse, and only the log names the setting', async (name, value) => {
  const { reply, log } = await ask({ ...ENV, [name]: value });
  expect(reply.body.code).toBe('misconfigured');
  expect(reply.text).not.toContain(name);
  expect(log).toContain(name);
});

it('a login is refused, and no password compared, while the limits cannot be counted', async () => {
  const hasher = countingHasher();
  const service = composeService(readConfig(ENV), { createHasher: () => hasher });
  const send = callInProcess(
    createHandler(routes, () => service),
    { key: 'k', onOutput: () => undefined },
  );
  const reply = await send('POST', '/login', { json: { username: 'ada', password: 'correct horse' } });
  expect([reply.status, reply.body.code]).toEqual([503, 'unavailable']);
  expect(reply.headers['retry-after']).toBeDefined();
  expect(hasher.comparisons).toBe(0);
});

it.each(['event', 'schedule', '', 'HTTP', 'http ', 'event, http'])('the trigger %j is not served', async (trigger) => {
  const { reply } = await ask(ENV, '/complain/categories', { 'x-appwrite-trigger': trigger });
  expect(reply.status).toBe(trigger.includes(',') || trigger === '' ? 400 : 403);
});
