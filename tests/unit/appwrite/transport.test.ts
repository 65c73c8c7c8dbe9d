import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormData, fetch } from '#shared/appwrite/transport/undici.ts';
import { bodyOf, type LocalServer, startServer } from '../../support/local-server.ts';

let server: LocalServer;
let silent: Promise<void>;

beforeAll(async () => {
  let reached: () => void;
  silent = new Promise((resolve) => {
    reached = resolve;
  });
  server = await startServer(async (request, response) => {
    if (request.url === '/silent') return reached();
    if (request.url === '/moved') return response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    const body = await bodyOf(request);
    response.writeHead(request.url === '/missing' ? 404 : 200, { 'content-type': 'application/octet-stream' });
    response.end(Buffer.concat([Buffer.from(`${request.method} ${request.headers['content-type'] ?? ''}\n`), body]));
  });
});
afterAll(() => server.close());

describe('the HTTP client under the SDK', () => {
  it('reuses its connections', async () => {
    const before = server.sockets.length;
    for (let request = 0; request < 5; request += 1) await (await fetch(`${server.url}/`)).text();
    expect(server.sockets.length - before).toBeLessThanOrEqual(1);
  });

  it('sends text and reads status, headers and bytes', async () => {
    const answer = await fetch(`${server.url}/missing`, { method: 'POST', body: '{"ä":1}' });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('Content-Type')).toBe('application/octet-stream');
    expect(answer.headers.get('x-absent')).toBeNull();
    expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe('POST \n{"ä":1}');
  });

  it('sends files as a multipart form, byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    const form = new FormData();
    form.append('fileId', 'a-0');
    form.append('file', new File([bytes], 'a-0.png'), 'a-0.png');
    const answer = await fetch(`${server.url}/`, { method: 'POST', body: form });
    const [head = '', ...rest] = (await answer.text()).split('\n');
    const type = head.replace('POST ', '');
    expect(type).toMatch(/^multipart\/form-data; boundary=/);
    expect(rest.join('\n')).toContain('filename="a-0.png"');
    const again = await fetch(`${server.url}/`, { method: 'POST', body: form });
    expect(Buffer.from(await again.arrayBuffer()).includes(Buffer.from(bytes))).toBe(true);
  });

  it('refuses to follow a redirect, which would take the API key along', async () => {
    await expect(fetch(`${server.url}/moved`)).rejects.toThrow('answered with a redirect');
    expect((await fetch(`${server.url}/moved`, { redirect: 'manual' })).status).toBe(302);
  });

  it('closes the connection of a call that is cancelled', async () => {
    const controller = new AbortController();
    const call = fetch(`${server.url}/silent`, { signal: controller.signal });
    await silent;
    controller.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => server.sockets.some((socket) => socket.destroyed)).toBe(true);
  });

  it('uses TLS for https addresses, and fails when the server does not', async () => {
    await expect(fetch(`${server.url.replace('http:', 'https:')}/`)).rejects.toThrow(/SSL|EPROTO/);
  });

  it('fails when there is no server', async () => {
    await expect(fetch('http://127.0.0.1:9/')).rejects.toThrow('ECONNREFUSED');
  });
});
