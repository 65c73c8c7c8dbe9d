import { expect, it } from 'vitest';
import { AddressRefused, isPublicAddress, postToPublic } from '#shared/outgoing/public-request.ts';
import { startServer } from '../../support/local-server.ts';

const limits = { allowLoopback: false, timeoutMs: 2_000, mostBytes: 64 };
const post = (url: string, more = {}) => postToPublic({ url, headers: {}, body: '{}' }, { ...limits, ...more });

it.each([
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
  ],
  ...['198.18.0.1', '192.0.0.1', '192.0.2.1', '224.0.0.1', '240.0.0.1', '::1', '::', 'fe80::1', 'fc00::1', 'ff02::1'],
  ...['::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001:db8::1', 'nonsense'],
])('%s is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each(['8.8.8.8', '93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s is a public address', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

it.each([
  ...[
    'http://example.org/',
    'ftp://example.org/',
    'https://user:secret@example.org/',
    'nonsense',
    'https://127.0.0.1/',
  ],
  ...['https://localhost/', 'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://0x7f.1/', 'https://2130706433/'],
])('%s is refused without a connection', async (url) => {
  await expect(post(url)).rejects.toThrow(AddressRefused);
});

it('a private address is refused even where loopback is allowed', async () => {
  await expect(post('http://10.0.0.1/', { allowLoopback: true })).rejects.toThrow(AddressRefused);
  await expect(post('http://93.184.216.34/', { allowLoopback: true })).rejects.toThrow(AddressRefused);
});

it('connects to the checked address, follows no redirect, and reads only as much as it needs', async () => {
  const asked: string[] = [];
  const server = await startServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    if (request.url === '/moved')
      response.writeHead(302, { location: `${server.url}/other`, 'retry-after': '7' }).end();
    else if (request.url === '/endless') {
      const timer = setInterval(() => response.write('x'.repeat(1_000)), 1);
      response.on('close', () => clearInterval(timer));
    } else if (request.url !== '/silent') response.end('fine');
  });
  const local = (path: string, more = {}) =>
    post(`${server.url.replace('127.0.0.1', 'localhost')}${path}`, { allowLoopback: true, ...more });
  const { port } = new URL(server.url);
  expect(await local('/ok')).toEqual({ status: 200, retryAfter: undefined });
  expect(await local('/moved')).toEqual({ status: 302, retryAfter: '7' });
  expect(await local('/endless')).toMatchObject({ status: 200 });
  await expect(local('/silent', { timeoutMs: 100 })).rejects.toThrow(/abort|timeout/i);
  expect(asked).toEqual(['/ok', '/moved', '/endless', '/silent'].map((path) => `localhost:${port} ${path}`));
  await server.close();
});
