import { describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { useContract } from './support/contract.ts';
import { echo } from './support/echo.ts';
import { until } from './support/until.ts';

const contract = useContract({
  domains: true,
  functions: {
    echo: { source: echo, timeout: 1, variables: { MINE: 'yes' } },
  },
});
const domain = (path: string, more: object = {}) =>
  send(contract.target, { host: contract.functionHost('echo'), path, ...more });
const json = (sent: { body: Buffer }) => JSON.parse(sent.body.toString());

describe('a function on its domain', () => {
  it('sees method, path, undecoded query, headers and body as they were sent', async () => {
    const sent = await domain('/a%20b?x=1%202&x=3&y', {
      method: 'PUT',
      headers: { TOKEN: 'abc', 'X-Empty': '', 'x-open-runtimes-secret': 'guess', 'content-type': 'text/plain' },
      body: 'süß',
    });
    expect(json(sent)).toMatchObject({
      method: 'PUT',
      path: '/a%20b',
      query: { x: '3', y: '' },
      queryString: 'x=1%202&x=3&y',
      host: contract.functionHost('echo'),
      bodyText: 'süß',
      headers: { token: 'abc', 'x-appwrite-trigger': 'http' },
    });
    const { headers } = json(sent);
    expect(headers['x-appwrite-client-ip']).toMatch(/^[0-9a-f.:]+$/);
    expect(headers).not.toHaveProperty('x-empty');
    expect(headers).not.toHaveProperty('x-appwrite-user-id');
    expect(headers['x-open-runtimes-secret']).toBeUndefined();
    expect(headers['x-appwrite-key']).toMatch(/^ephemeral_/);
    expect(sent.headers['x-appwrite-execution-id']).toBe(headers['x-appwrite-execution-id']);
  });

  it('has its variables and those of the platform in its environment', async () => {
    const { env } = json(await domain('/'));
    expect(env).toMatchObject({
      MINE: 'yes',
      APPWRITE_FUNCTION_ID: contract.functionId('echo'),
      APPWRITE_FUNCTION_PROJECT_ID: contract.target.projectId,
      APPWRITE_FUNCTION_RUNTIME_NAME: 'Node.js',
    });
    expect(env.APPWRITE_FUNCTION_API_ENDPOINT).toMatch(/^https?:\/\/.+\/v1$/);
  });

  it('has its empty errors replaced by an HTML page', async () => {
    for (const [path, status] of [
      ['/missing', 404],
      ['/throw', 500],
      ['/nothing', 500],
    ] as const) {
      const sent = await domain(path);
      expect(sent.status).toBe(status);
      expect(sent.headers['content-type']).toContain('text/html');
      expect(sent.body.length).toBeGreaterThan(8000);
    }
    expect(json(await domain('/refused'))).toEqual({ no: true });
  });

  it('keeps binary bodies and several cookies, and names a charset on everything', async () => {
    const picture = await domain('/picture');
    expect(picture.body).toEqual(Buffer.from([0xff, 0xd8, 0xff, 0x00]));
    expect(picture.headers['content-type']).toBe('image/png; charset=utf-8');
    expect((await domain('/cookies')).headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it('is answered with 500 after its timeout, but keeps running', async () => {
    expect((await domain('/hang')).status).toBe(500);
    await until('the function to run on', async () => (await domain('/ran-on')).body.toString() === 'true');
  });

  it('answers concurrent requests in one process', async () => {
    await until('two requests in one process', async () => {
      const answers = await Promise.all([domain('/meet'), domain('/meet')]);
      return answers.every((sent) => sent.body.toString() === 'true');
    });
  });

  it('starts again after a late exception has ended its process', async () => {
    const before = json(await domain('/')).started;
    expect((await domain('/die')).body.toString()).toBe('bye');
    await until('another process', async () => {
      const sent = await domain('/');
      return sent.status === 200 && json(sent).started !== before;
    });
  });

  it('accepts a body of eleven megabytes; above twelve the connection is cut', async () => {
    const post = (size: number) => domain('/size', { method: 'POST', body: Buffer.alloc(size) });
    expect((await post(11_900_000)).body.toString()).toBe('11900000');
    await expect(post(12_600_000)).rejects.toThrow();
  });
});
