import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/harness.ts';
import type { Sending } from '../support/send.ts';
import { writtenFor } from './support/execution-log.ts';

const ALLOWED = 'http://app.example';
const FOREIGN = 'http://evil.example';

let service: Service;
beforeAll(async () => {
  const API_ORIGINS = 'complaints=https://complaints.example,docs=https://docs.example';
  service = await startService({ CORS_ORIGINS: ALLOWED, API_ORIGINS }, { layout: 'groups' });
});
afterAll(() => service.close());

function onDomain(functionId: string, [method, path]: [string, string], sending: Sending = {}) {
  const host = service.local.functionHost(functionId);
  return service.send(method, path, { ...sending, headers: { ...sending.headers, host } });
}

describe('OPTIONS on the domains of the functions', () => {
  it.each([
    ['auth', '/login', 'POST, OPTIONS'],
    ['users', '/user', 'POST, GET, PUT, DELETE, HEAD, OPTIONS'],
    ['complaints', '/complain', 'GET, POST, PUT, HEAD, OPTIONS'],
    ['docs', '/openapi.json', 'GET, HEAD, OPTIONS'],
  ])('lets an allowed origin call %s %s', async (functionId, path, methods) => {
    const answer = await onDomain(functionId, ['OPTIONS', path], { headers: { origin: ALLOWED } });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      allow: methods,
      vary: 'Origin',
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'Content-Type, TOKEN, USERNAME, Idempotency-Key, If-Match',
    });
    expect(answer.headers['access-control-expose-headers']).toContain('ETag');
  });

  it.each([FOREIGN, 'null', `${ALLOWED}.evil.example`])('does not allow %s', async (origin) => {
    const answer = await onDomain('complaints', ['OPTIONS', '/complain'], { headers: { origin } });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers.vary).toBe('Origin');
  });
});

it('names the setting for a foreign origin in the log, and not in the answer', async () => {
  const answer = await service.send('GET', '/complain/stats', { headers: { origin: FOREIGN } });
  expect(answer.status).toBe(200);
  expect(answer.text + JSON.stringify(answer.headers)).not.toContain('CORS_ORIGINS');
  const line = await writtenFor(service, 'complaints', answer);
  expect(JSON.parse(line).hint).toContain('CORS_ORIGINS');
  expect(line).not.toContain(FOREIGN);
});

describe('the line in the log', () => {
  it('is one line of JSON with id, route, status, milliseconds and the calls to Appwrite', async () => {
    const answer = await service.send('GET', '/complain?page=1');
    const line = await writtenFor(service, 'complaints', answer);
    expect(line.split('\n')).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({
      request: answer.headers['x-request-id'],
      route: 'GET /complain',
      status: 200,
      ms: expect.any(Number),
      calls: 1,
      callsMs: expect.any(Number),
    });
    expect(answer.headers['x-request-id']).toBe(answer.headers['x-appwrite-execution-id']);
  });

  const SECRET = 'zq7secretzq7';
  const JSON_TYPE = { 'content-type': 'application/json' };
  it.each<[string, string, string, string, Sending]>([
    ['a body', 'auth', 'POST', '/login', { json: { username: SECRET, password: SECRET } }],
    ['a query', 'complaints', 'GET', `/complain?q=${SECRET}&username=${SECRET}`, {}],
    ['a path', 'complaints', 'GET', `/complain/${SECRET}`, {}],
    ['a token', 'users', 'GET', '/user', { headers: { TOKEN: `${SECRET}.${SECRET}.${SECRET}` } }],
    ['a header', 'complaints', 'GET', '/complain', { headers: { USERNAME: SECRET, 'user-agent': SECRET } }],
    ['a method', 'auth', 'PATCH', '/login', { headers: { 'x-method': SECRET } }],
    ['broken JSON', 'users', 'POST', '/user', { raw: `{"${SECRET}`, headers: JSON_TYPE }],
    ['what is no JSON', 'auth', 'POST', '/login', { raw: `${SECRET} is my password`, headers: JSON_TYPE }],
    ['a field', 'users', 'POST', '/user', { json: { [SECRET]: SECRET } }],
  ])('never contains %s', async (_what, functionId, method, path, sending) => {
    const answer = await service.send(method, path, sending);
    const line = await writtenFor(service, functionId, answer);
    expect(JSON.parse(line).status).toBe(answer.status);
    expect(line).not.toContain(SECRET);
  });
});

describe('what a client sends', () => {
  const CANARY = 'zq7canaryzq7';
  it.each(['x-request-id', 'x-appwrite-execution-id', 'origin', 'if-match', 'idempotency-key', 'token', 'username'])(
    'as %s never comes back in a header',
    async (name) => {
      const { token } = await service.person();
      const answer = await service.send('GET', `/complain?q=${CANARY}`, { headers: { TOKEN: token, [name]: CANARY } });
      expect(JSON.stringify(answer.headers)).not.toContain(CANARY);
      for (const value of Object.values(answer.headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
    },
  );
});

describe('an unknown path', () => {
  it('is answered with the existing paths, anywhere on the one origin', async () => {
    for (const path of ['/complains', '/complain/stat', '/users']) {
      const problem = (await service.send('GET', path)).problem(404);
      expect(problem).toMatchObject({ code: 'route_not_found', detail: expect.stringContaining('/complain/stats') });
    }
  });

  it.each([
    ['docs', 'POST', '/complain', 'The function complaints answers this path: https://complaints.example/complain.'],
    [
      'users',
      'GET',
      '/complain/stats',
      'The function complaints answers this path: https://complaints.example/complain/stats.',
    ],
    ['auth', 'OPTIONS', '/openapi.json', 'The function docs answers this path: https://docs.example/openapi.json.'],
    ['docs', 'POST', '/login', 'The function auth answers this path, on its own domain.'],
    ['complaints', 'PUT', '/user/role', 'The function users answers this path, on its own domain.'],
    [
      'auth',
      'GET',
      '/nowhere',
      'There is nothing at this path. The paths here are /email/confirm, /email/unsubscribe, /login, /logout, /recovery, /recovery/confirm.',
    ],
  ])('on the domain of %s: %s %s gets the right address', async (functionId, method, path, detail) => {
    const answer = await onDomain(functionId, [method, path], { headers: { origin: ALLOWED } });
    expect(answer.problem(404)).toMatchObject({ code: 'route_not_found', detail });
    expect(answer.headers['access-control-allow-origin']).toBe(ALLOWED);
  });
});
