import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Person, type Service, startService } from '../support/harness.ts';

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
    service.local.faults.add({ ...rule, method: 'GET', path: rows, functionId: service.functionId('complaints') });

  it.each(['server-error', 'html-502', 'reset'] as const)(
    'a read is repeated once, so a single failure is not seen: %s',
    async (kind) => {
      const fault = failing({ kind, times: 1 });
      expect((await service.send('GET', '/complain')).status).toBe(200);
      expect(fault.hits).toBe(1);
    },
  );

  it.each(['server-error', 'hang'] as const)(
    'a read that fails twice is answered 503 with Retry-After: %s',
    async (kind) => {
      const fault = failing({ kind, times: 0 });
      const answer = await service.send('GET', '/complain');
      expect(answer.problem(503).code).toBe('unavailable');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(fault.hits).toBe(2);
    },
  );
});
