import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { exchange } from '#shared/appwrite/transport/exchange.ts';
import { Agent, fetch } from '#shared/appwrite/transport/undici.ts';
import { OK, serveBytes } from './byte-server.ts';
import { cert, key } from './certificate.ts';

afterEach(() => void vi.useRealTimers());

const answering =
  (answer: string): Parameters<typeof serveBytes>[0] =>
  (socket) =>
    socket.write(answer);
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a kept connection', () => {
  it.each([
    ['no hint', '', 54, 56],
    ['a hint of 10 seconds', 'keep-alive: timeout=10\r\n', 8, 10],
    ['a hint of more than we keep any', 'keep-alive: max=5, timeout=120\r\n', 54, 56],
  ])('with %s is used again in time, and not later', async (_, hint, seconds, tooMany) => {
    const { url, sockets } = await serveBytes(answering(OK.replace('\r\n\r\n', `\r\n${hint}\r\n`)));
    vi.useFakeTimers({ toFake: ['Date'] });
    await fetch(url);
    vi.advanceTimersByTime(seconds * 1000);
    await fetch(url);
    expect(sockets.length).toBe(1);
    vi.advanceTimersByTime(tooMany * 1000);
    await fetch(url);
    expect(sockets.length).toBe(2);
  });

  it.each([
    ['says connection: close', OK.replace('\r\n', '\r\nconnection: close\r\n')],
    ['keeps it for a second', OK.replace('\r\n', '\r\nkeep-alive: timeout=1\r\n')],
  ])('is not made by an answer that %s', async (_, answer) => {
    const { url, sockets } = await serveBytes(answering(answer));
    expect(await (await fetch(url)).text()).toBe('ok');
    expect(await (await fetch(url)).text()).toBe('ok');
    expect(sockets.length).toBe(2);
  });

  it('on which something comes unasked serves nobody: it would be taken for the next answer', async () => {
    const { url, sockets } = await serveBytes(answering(OK));
    await fetch(url);
    sockets[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil');
    await settle();
    expect(await (await fetch(url)).text()).toBe('ok');
    expect(sockets.length).toBe(2);
  });

  it('is given up when the answer came before all was sent', async () => {
    const { url, sockets } = await serveBytes((socket) => {
      socket.pause();
      socket.write(OK.replace('200', '413'));
    });
    const { status } = await fetch(url, { method: 'POST', body: Buffer.alloc(40_000_000) });
    expect(status).toBe(413);
    await expect.poll(() => sockets[0]?.resume().destroyed).toBe(true);
    await fetch(url);
    expect(sockets.length).toBe(2);
  });

  it('is one of 256 at most', async () => {
    const { url, sockets } = await serveBytes(answering(OK));
    await Promise.all(Array.from({ length: 300 }, () => fetch(url)));
    await expect.poll(() => sockets.filter((socket) => !socket.destroyed).length).toBe(256);
  });
});

describe('the time a call has', () => {
  it('is over when nobody answers the handshake', async () => {
    const { url } = await serveBytes(() => undefined);
    const call = { method: 'GET', url: url.replace('http:', 'https:'), headers: {}, chunks: [], limitMs: 100 };
    const before = performance.now();
    await expect(exchange(call)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('is not begun anew with another connection', async () => {
    const { url, sockets } = await serveBytes((socket, _, connection) => {
      if (connection > 1) return undefined;
      return socket.bytesRead > 200 ? void setTimeout(() => socket.destroy(), 400) : socket.write(OK);
    });
    const call = { method: 'GET', url: `${url}/${'a'.repeat(100)}`, headers: {}, chunks: [], limitMs: 600 };
    await exchange(call);
    const before = performance.now();
    await expect(exchange(call)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(sockets.length).toBe(2);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe('a request head', () => {
  it.each([
    ['a line break in a header', '/', { 'x-appwrite-key': 'a\r\nx-other: b' }],
    ['a NUL in a header', '/', { 'x-appwrite-key': 'a\0' }],
    ['more than ASCII in a header', '/', { 'x-appwrite-key': 'ä' }],
    ['a header name that is none', '/', { 'x a': 'b' }],
    ['a space in the path', '/a b', {}],
    ['a line break in the path', '/a\r\nx: y', {}],
  ])('with %s is sent nowhere', async (_, path, headers: Record<string, string>) => {
    const { url, sockets } = await serveBytes(answering(OK));
    const call = { method: 'GET', url: `${url}${path}`, headers, chunks: [] };
    await expect(exchange(call)).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
    expect(sockets.length).toBe(0);
  });

  it('is followed by the body, whose length it tells, also when there is none', async () => {
    const heard: string[] = [];
    const { url } = await serveBytes((socket, data) => {
      heard.push(data.toString());
      socket.write(OK);
    });
    const host = url.slice('http://'.length);
    for (const [method, body] of [
      ['GET', undefined],
      ['DELETE', undefined],
      ['POST', 'ü'],
    ] as const) {
      await fetch(`${url}/v1?a=b`, { method, body });
    }
    const head = (method: string) => `${method} /v1?a=b HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
    expect(heard).toEqual([
      `${head('GET')}\r\n`,
      `${head('DELETE')}content-length: 0\r\n\r\n`,
      `${head('POST')}content-length: 2\r\n\r\nü`,
    ]);
  });
});

describe('over TLS', () => {
  async function serveTls(answer = OK) {
    const heard: string[] = [];
    const resumed: boolean[] = [];
    const server = createServer({ key, cert }, (socket) => {
      resumed.push(socket.isSessionReused());
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        heard.push(String(data));
        socket.write(answer);
      });
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, resumed };
  }

  it('nothing is said to a server whose certificate nobody vouches for', async () => {
    const { url, heard } = await serveTls();
    const headers = { 'x-appwrite-key': 'secret' };
    await expect(fetch(url, { headers })).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(heard).toEqual([]);
    // What one call was allowed is not for the others.
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    for (let call = 0; call < 2; call += 1) expect(await (await fetch(url, { dispatcher })).text()).toBe('ok');
    await expect(fetch(url)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(heard.length).toBe(2);
  });

  it('a further connection takes up the session of the one before', async () => {
    const { url, resumed } = await serveTls(OK.replace('\r\n', '\r\nconnection: close\r\n'));
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    for (let call = 0; call < 3; call += 1) await fetch(url, { dispatcher });
    expect(resumed).toEqual([false, true, true]);
  });

  it('a server that can be trusted is talked to', async () => {
    const { url, heard } = await serveTls();
    const folder = await mkdtemp(join(tmpdir(), 'tls-'));
    const trusted = join(folder, 'trusted.pem');
    await writeFile(trusted, cert);
    const program = `
      import { fetch } from './shared/appwrite/transport/undici.ts';
      for (let call = 0; call < 2; call += 1) console.log(await (await fetch('${url}')).text());`;
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
    const args = ['--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
    expect(stdout).toBe('ok\nok\n');
    expect(heard.length).toBe(2);
    await rm(folder, { recursive: true });
  });
});
