import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openGateway } from '#shared/appwrite/gateway.ts';
import { exchange } from '#shared/appwrite/transport/exchange.ts';
import { type Person, type Service, startService } from '../support/harness.ts';
import { type LocalServer, startServer } from '../support/local-server.ts';

describe('a call to Appwrite that gets no answer', () => {
  let server: LocalServer;
  let asked = 0;

  beforeAll(async () => {
    server = await startServer(() => {
      asked += 1;
    });
  });
  afterAll(() => server.close());

  it('takes its connection with it when it is given up', async () => {
    const call = { method: 'POST', url: server.url, headers: {}, chunks: [], limitMs: 100 };
    const calls = Array.from({ length: 5 }, () => exchange(call).catch((error: { code: string }) => error.code));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 5 }, () => 'ETIMEDOUT'));
    expect(server.sockets).toHaveLength(5);
    await expect.poll(() => server.sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  it('is not made at all when no time is left for it', async () => {
    const before = asked;
    const deadline = Date.now() - 1;
    const { tables } = openGateway({
      endpoint: `${server.url}/v1`,
      projectId: 'p',
      key: 'k',
      timeoutMs: 1000,
      deadline,
    });
    await expect(tables.listRows({ databaseId: 'd', tableId: 't' })).rejects.toThrow('no time is left');
    expect(asked).toBe(before);
  });
});

describe('while Appwrite fails', () => {
  let service: Service;
  let user: Person;

  beforeAll(async () => {
    service = await startService({ APPWRITE_TIMEOUT_MS: '400' });
    user = await service.person();
    await user.file();
  });
  afterEach(() => service.local.faults.clear());
  afterAll(() => service.close());

  const rows = '/v1/tablesdb/*/tables/complaints/rows';
  const failing = (rule: { kind: 'hang' | 'server-error' | 'html-502' | 'reset'; times: number }) =>
    service.local.faults.add({ ...rule, method: 'GET', path: rows, functionId: 'complaints' });

  it.each(['server-error', 'html-502', 'reset'] as const)(
    'a read is tried again: %s twice is not seen',
    async (kind) => {
      const fault = failing({ kind, times: 2 });
      expect((await service.send('GET', '/complain')).status).toBe(200);
      expect(fault.hits).toBe(2);
    },
  );

  it.each(['server-error', 'hang'] as const)(
    '503 tells when to come back, after three tries of a read: %s',
    async (kind) => {
      const fault = failing({ kind, times: 0 });
      const answer = await service.send('GET', '/complain');
      expect(answer.problem(503).code).toBe('unavailable');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(fault.hits).toBe(3);
    },
  );

  it('a write is made once, since nobody knows whether it took effect', async () => {
    const begin = { kind: 'server-error', method: 'POST', path: '/v1/tablesdb/transactions', times: 0 } as const;
    const fault = service.local.faults.add({ ...begin, functionId: 'complaints' });
    const json = { title: 'A broken lamp', description: 'Dark.' };
    expect((await user.send('POST', '/complain', { json })).problem(503).code).toBe('unavailable');
    expect(fault.hits).toBe(1);
  });
});
