import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '#tests/support/harness.ts';
import { fileAndChange } from '#tests/support/tails.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({}, { workers: 12, delays: true });
});
afterAll(() => service.close());

describe('sixteen clients at an Appwrite with twelve workers', () => {
  it('file and change complaints without a failure, and nothing acknowledged is lost', async () => {
    const { filed, changed, lost } = await fileAndChange(service, { clients: 16, rounds: 1 });
    expect([...filed.statuses]).toEqual([[201, 16]]);
    expect([...changed.statuses]).toEqual([[200, 16]]);
    expect(lost).toEqual([]);
  });
});
