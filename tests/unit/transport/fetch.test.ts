import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exchange } from '#shared/appwrite/transport/exchange.ts';
import { Agent, fetch } from '#shared/appwrite/transport/undici.ts';
import { bodyOf, type LocalServer, startServer } from '../../support/local-server.ts';
import { OK, serveBytes } from './byte-server.ts';

async function serve(answer: Parameters<typeof startServer>[0]): Promise<LocalServer> {
  const server = await startServer(answer);
  onTestFinished(() => server.close());
  return server;
}

describe('a request', () => {
  it('carries method, headers, path and body, and its answer can be read in every form', async () => {
    const { url } = await serve(async (request, response) => {
      const body = await bodyOf(request);
      response.writeHead(201, { 'Content-Type': 'application/json', 'X-Twice': ['a', 'b'] });
      response.end(
        JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: `${body}` }),
      );
    });
    const headers = { 'X-Appwrite-Key': 'k', 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/rows?a=%20b`, { method: 'PATCH', headers, body: '{"ü":1}' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('CONTENT-TYPE')).toBe('application/json');
    expect(answer.headers.get('x-twice')).toBe('a, b');
    expect(answer.headers.get('x-appwrite-warning')).toBeNull();
    const seen = { method: 'PATCH', url: '/v1/rows?a=%20b', body: '{"ü":1}' };
    expect(await answer.json()).toMatchObject(seen);
    expect(JSON.parse(await answer.text())).toMatchObject({
      ...seen,
      headers: { 'x-appwrite-key': 'k', 'content-length': '8' },
    });
    expect(JSON.parse(Buffer.from(await answer.arrayBuffer()).toString())).toMatchObject(seen);
    expect(answer.body.length).toBe((await answer.arrayBuffer()).byteLength);
  });

  it('without a body sends none, and an empty answer is an empty text', async () => {
    const { url } = await serve(async (request, response) => {
      const length = (await bodyOf(request)).length;
      response.writeHead(204, { 'x-length': String(length) }).end();
    });
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('x-length'), await answer.text()]).toEqual([204, '0', '']);
  });

  it('of many megabytes arrives whole, and so does an answer in many pieces', async () => {
    const { url } = await serve(async (request, response) => {
      const body = await bodyOf(request);
      for (let at = 0; at < body.length; at += 100_000) response.write(body.subarray(at, at + 100_000));
      response.end();
    });
    const sent = Buffer.alloc(12_000_000, 'abcdefghijk');
    const answer = await fetch(url, { method: 'POST', body: sent });
    expect(sent.equals(answer.body)).toBe(true);
  });
});

describe('connections', () => {
  it('are kept and used again', async () => {
    const { url, sockets } = await serve((_, response) => response.end('ok'));
    for (let call = 0; call < 20; call += 1) await (await fetch(url)).text();
    expect(sockets.length).toBe(1);
    await Promise.all(Array.from({ length: 8 }, () => fetch(url)));
    await Promise.all(Array.from({ length: 8 }, () => fetch(url)));
    expect(sockets.length).toBe(8);
  });

  it('that lie idle neither hold a process open nor throw when the server goes', async () => {
    const { url, sockets, server } = await serve((_, response) => response.end('ok'));
    // Never, so that it has to be the program that ends.
    server.keepAliveTimeout = 0;
    const program = `
      import { fetch } from './shared/appwrite/transport/undici.ts';
      process.on('exit', () => console.log('ended'));
      await fetch('${url}');`;
    const node = fileURLToPath(new URL('../../..', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: node,
    });
    expect(stdout.trim()).toBe('ended');

    await fetch(url);
    for (const socket of sockets) socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await fetch(url)).status).toBe(200);
  });

  it.each([
    ['GET', 'is sent once more, on a new connection'],
    ['POST', 'is an error: it may have been carried out'],
  ])('closed by the server just when a %s goes out: it %s', async (method) => {
    const served: number[] = [];
    const { url } = await serveBytes((socket, data, connection) => {
      const stale = served.includes(connection) && connection <= 3;
      if (stale) return socket.destroy();
      served.push(connection);
      expect(data.toString()).toContain('HTTP/1.1');
      return socket.write(OK);
    });
    await Promise.all([fetch(url), fetch(url), fetch(url)]);
    const second = fetch(url, { method });
    if (method === 'GET') {
      expect(await (await second).text()).toBe('ok');
      expect(served).toEqual([1, 2, 3, 4]);
    } else {
      await expect(second).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(served).toEqual([1, 2, 3]);
    }
  });

  it('that are new and die are an error, for GET as well, and so are half answers on kept ones', async () => {
    let requests = 0;
    const { url: dying } = await serveBytes((socket) => {
      requests += 1;
      socket.destroy();
    });
    await expect(fetch(dying)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(1);

    let calls = 0;
    const { url: halving } = await serveBytes((socket) => {
      calls += 1;
      if (calls === 1) return socket.write(OK);
      return socket.end('HTTP/1.1 200 OK\r\ncont');
    });
    await fetch(halving);
    await expect(fetch(halving)).rejects.toThrow();
    expect(calls).toBe(2);
  });
});

describe('failures', () => {
  it.each([301, 302, 303, 307, 308])('a redirect with %i is not followed', async (status) => {
    const paths: unknown[] = [];
    const { url } = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    await expect(fetch(url)).rejects.toMatchObject({ code: 'ERR_REDIRECTED' });
    const manual = await fetch(url, { redirect: 'manual' });
    expect([manual.status, manual.headers.get('location')]).toEqual([status, '/elsewhere']);
    expect(paths).toEqual(['/', '/']);
  });

  it('silence before, and in the middle of, an answer ends the call', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/half') response.write('half');
    });
    for (const path of ['/none', '/half']) {
      const call = { method: 'GET', url: `${url}${path}`, headers: {}, chunks: [], limitMs: 100 };
      const before = performance.now();
      await expect(exchange(call)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
      expect(performance.now() - before).toBeLessThan(1000);
    }
  });

  it('an answer that breaks off, no answer and nobody there are errors with a code', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('only this');
      setTimeout(() => response.socket?.destroy(), 10);
    });
    await expect(fetch(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(fetch('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(fetch('http://nowhere.invalid/')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
    await expect(fetch('https://127.0.0.1:1/', { dispatcher: new Agent() })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await expect(fetch(url, { headers: { key: 'a\nb' } })).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
  });
});
