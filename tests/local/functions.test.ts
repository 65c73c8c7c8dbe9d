import { describe, expect, it } from 'vitest';
import { echo } from './support/echo.ts';
import { useWorld } from './support/harness.ts';
import { send } from './support/send.ts';

const world = useWorld(
  {
    functions: { echo, private: echo, broken: 'this is not javascript', empty: 'module.exports = 5;' },
    settings: { private: { execute: [] }, echo: { timeout: 1 } },
  },
  {
    variables: { '*': { EVERYWHERE: 'yes' }, echo: { MINE: 'yes' } },
    origin: { '/login': 'echo', '/docs': 'private' },
  },
);
const domain = (path: string, more: object = {}) =>
  send(world.appwrite, { host: world.appwrite.functionHost('echo'), path, ...more });
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
      host: 'echo.functions.localhost',
      bodyText: 'süß',
      headers: { token: 'abc', 'x-appwrite-trigger': 'http', 'x-appwrite-client-ip': '127.0.0.1' },
    });
    const { headers } = json(sent);
    expect(headers).not.toHaveProperty('x-empty');
    expect(headers).not.toHaveProperty('x-appwrite-user-id');
    expect(headers['x-open-runtimes-secret']).toBeUndefined();
    expect(headers['x-appwrite-key']).toMatch(/^ephemeral_/);
    expect(sent.headers['x-appwrite-execution-id']).toBe(headers['x-appwrite-execution-id']);
  });

  it('gets no environment but the declared one', async () => {
    const { env } = json(await domain('/'));
    expect(env).toMatchObject({
      EVERYWHERE: 'yes',
      MINE: 'yes',
      APPWRITE_FUNCTION_ID: 'echo',
      APPWRITE_FUNCTION_PROJECT_ID: 'test',
      APPWRITE_FUNCTION_API_ENDPOINT: world.appwrite.endpoint,
    });
    expect(env.HOME).toBeUndefined();
    expect(env.PATH).toBeUndefined();
  });

  it('gets an HTML page put in the place of an empty error', async () => {
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

  it('is given up on after its timeout, and runs on all the same', async () => {
    expect((await domain('/hang')).status).toBe(500);
    await new Promise((done) => setTimeout(done, 700));
    expect((await domain('/ran-on')).body.toString()).toBe('true');
  });

  it('answers several requests at once from one process', async () => {
    await domain('/');
    const started = Date.now();
    const answers = await Promise.all([domain('/slow'), domain('/slow'), domain('/slow')]);
    expect(answers.map((sent) => sent.body.toString())).toEqual(['late', 'late', 'late']);
    expect(Date.now() - started).toBeLessThan(800);
  });

  it('starts again after a late exception has ended its process', async () => {
    const before = json(await domain('/')).pid;
    expect((await domain('/die')).body.toString()).toBe('bye');
    await new Promise((done) => setTimeout(done, 100));
    expect(json(await domain('/')).pid).not.toBe(before);
  });

  it('takes a body of eleven megabytes; above twelve the connection ends', async () => {
    const post = (size: number) => domain('/size', { method: 'POST', body: Buffer.alloc(size) });
    expect((await post(11_900_000)).body.toString()).toBe('11900000');
    await expect(post(12_600_000)).rejects.toThrow();
  });

  it('is closed to everybody when nobody may execute it', async () => {
    const sent = await send(world.appwrite, { host: world.appwrite.functionHost('private') });
    expect(sent.status).toBe(401);
    expect(sent.body.toString()).toContain('function_execute_permission_missing');
  });

  it('answers 503 while its code cannot be loaded', async () => {
    for (const id of ['broken', 'empty']) {
      expect((await send(world.appwrite, { host: world.appwrite.functionHost(id) })).status).toBe(503);
    }
  });
});

describe('the plain origin', () => {
  it('leads to functions by path, with the path left whole', async () => {
    expect(json(await send(world.appwrite, { path: '/login/x?a=1' }))).toMatchObject({
      path: '/login/x',
      query: { a: '1' },
    });
    expect((await send(world.appwrite, { path: '/loginx' })).status).toBe(404);
    expect((await send(world.appwrite, { path: '/docs' })).status).toBe(401);
  });
});
