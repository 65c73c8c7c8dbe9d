import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { LoginReply, Problem, Profile } from '#shared/contract/responses.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let user: Person;
let admin: Person;
beforeAll(async () => {
  service = await sharedService();
  [user, admin] = await service.people('user', 'admin');
});
afterAll(() => service.close());

const Execution = z.object({
  responseStatusCode: z.number(),
  responseBody: z.string(),
  responseHeaders: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** Calls a function through the executions API, as an SDK does; the caller chooses the spelling of the headers. */
async function execute(
  functionId: string,
  wanted: { method?: string; path: string; headers?: object; body?: unknown },
) {
  const { endpoint, projectId } = service.local;
  const { method = 'GET', path, headers = {}, body } = wanted;
  const answer = await fetch(`${endpoint}/functions/${service.functionId(functionId)}/executions`, {
    method: 'POST',
    headers: { 'x-appwrite-project': projectId, 'content-type': 'application/json' },
    body: JSON.stringify({ method, path, headers, body: body === undefined ? '' : JSON.stringify(body) }),
  });
  const { responseStatusCode: status, responseBody } = z.parse(Execution, await answer.json());
  return { status, body: JSON.parse(responseBody) as unknown };
}

/** Sends the headers exactly as given, with their spelling and repetitions; resolves to the status. */
function raw(path: string, headers: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = ['Host', new URL(service.local.url).host, ...headers];
    const outgoing = request(`${service.local.url}${path}`, { headers: all }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('the executions API', () => {
  it('serves the same endpoints with TOKEN and USERNAME in any spelling', async () => {
    const json = { 'content-type': 'application/json' };
    const body = { username: user.username, password: PASSWORD };
    const login = await execute('auth', { method: 'POST', path: '/login', headers: json, body });
    expect(z.parse(LoginReply, login.body).user.username).toBe(user.username);
    const profile = await execute('users', { path: '/user', headers: { Token: user.token, Username: user.username } });
    expect(z.parse(Profile, profile.body).username).toBe(user.username);
    expect(z.parse(Problem, (await execute('users', { path: '/user' })).body).code).toBe('token_missing');
  });

  it.each([
    ['X-Appwrite-Trigger', 'event'],
    ['X-Appwrite-Trigger', 'http, event'],
    ['X-APPWRITE-TRIGGER', 'schedule'],
    ['X-Appwrite-Event', 'databases.main.tables.users.rows.x.delete, y'],
    ['X-Appwrite-User-Id', 'admin'],
    ['X-Appwrite-User-Id', 'a, b'],
    ['X-Appwrite-User-Jwt', 'a.b.c'],
    ['X-Appwrite-Key', 'standard_0000'],
    ['X-Appwrite-Key', 'a, b'],
    ['X-Appwrite-Execution-Id', 'a, b'],
    ['X-Appwrite-Country-Code', 'a, b'],
  ])('ignores or refuses a client’s %s: %s', async (name, value) => {
    const path = '/user?role=staff';
    const nobody = await execute('users', { path, headers: { [name]: value } });
    expect([400, 401, 403, 503]).toContain(nobody.status);
    z.parse(Problem, nobody.body);
    const headers = { TOKEN: user.token, USERNAME: user.username, [name]: value };
    const person = await execute('users', { path, headers });
    expect([400, 401, 403, 503]).toContain(person.status);
    z.parse(Problem, person.body);
  });
});

describe('a header', () => {
  it('of the platform that holds a list is a 400, whatever its name', async () => {
    const names = ['trigger', 'event', 'user-id', 'user-jwt', 'key', 'country-code', 'execution-id', 'anything'];
    const statuses = new Map<string, number>();
    for (const name of names) {
      const twice = [`X-Appwrite-${name}`, 'a', `x-appwrite-${name}`, 'b'];
      statuses.set(name, await raw('/user', ['TOKEN', user.token, ...twice]));
    }
    const overwritten = ['trigger', 'user-id', 'user-jwt', 'key', 'country-code', 'execution-id'];
    for (const [name, status] of statuses)
      expect([name, status]).toEqual([name, overwritten.includes(name) ? 200 : 400]);
  });

  it('TOKEN that is sent twice, joined or dressed up is a 401', async () => {
    const { token } = user;
    expect(await raw('/user', ['TOKEN', token])).toBe(200);
    expect(await raw('/user', ['TOKEN', token, 'TOKEN', token])).toBe(401);
    expect(await raw('/user', ['TOKEN', token, 'token', admin.token])).toBe(401);
    for (const dressed of [
      `${token},`,
      `Bearer ${token}`,
      `"${token}"`,
      `${token}=`,
      `${token}.`,
      `${token};${token}`,
    ]) {
      expect(await raw('/user', ['TOKEN', dressed])).toBe(401);
    }
    expect(await raw('/user', ['Authorization', `Bearer ${token}`])).toBe(401);
    expect(await raw('/user', ['Cookie', `TOKEN=${token}`])).toBe(401);
    expect(await raw(`/user?TOKEN=${token}`, [])).toBe(401);
  });

  it('USERNAME of somebody else is a 401 wherever it is sent', async () => {
    const { token } = user;
    for (const name of [admin.username, `${user.username}x`, '*', `${user.username}, ${user.username}`]) {
      for (const path of ['/user', '/complain', '/complain?mine=true']) {
        expect([path, name, await raw(path, ['TOKEN', token, 'USERNAME', name])]).toEqual([path, name, 401]);
      }
    }
    expect(await raw('/user', ['TOKEN', token, 'USERNAME', user.username.toUpperCase()])).toBe(200);
    expect(await raw('/user', ['TOKEN', token, 'USERNAME', user.username, 'USERNAME', user.username])).toBe(401);
  });

  it('that is optional is still checked: a bad TOKEN is a 401 on public lists', async () => {
    for (const path of ['/complain', '/complain?id=aaaaaaaaaaaaaaaaaaaa']) {
      expect(await raw(path, ['TOKEN', 'nonsense'])).toBe(401);
    }
  });

  it('of an answer is plain ASCII on one line, and contains nothing that the caller sent', async () => {
    const evil = encodeURIComponent('ä\r\nSet-Cookie: a=b');
    const answers = await Promise.all([
      service.send('GET', `/user?username=${evil}`),
      user.send('GET', `/user?username=${evil}`),
      user.send('GET', `/user?${evil}=1`),
      service.send('POST', `/${evil}`),
      service.send('POST', '/login', { json: { username: 'ä\r\nX: y', password: 'ä\r\nX: y' } }),
      service.send('GET', '/complain', { headers: { origin: 'http://evil.example' } }),
      user.send('PUT', '/user', { json: { name: 'Ünï\u2028cödé' } }),
    ]);
    for (const { headers } of answers) {
      expect(headers['set-cookie']).toBeUndefined();
      for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
    }
  });
});

it('clients cannot call media-cleanup', async () => {
  const { endpoint, projectId, url } = service.local;
  const headers = { 'x-appwrite-project': projectId, 'content-type': 'application/json' };
  const spoofed = { 'X-Appwrite-Trigger': 'schedule' };
  const execution = await fetch(`${endpoint}/functions/${service.functionId('media-cleanup')}/executions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ method: 'POST', path: '/', headers: spoofed }),
  });
  expect(execution.status).toBe(401);
  const host = service.local.functionHost(service.functionId('media-cleanup'));
  const domain = await service.send('POST', '/', { headers: { host } });
  expect(url).toContain('127.0.0.1');
  expect(domain.status).toBeGreaterThanOrEqual(400);
});
