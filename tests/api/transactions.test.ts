import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, commitBegun, create } from '#shared/appwrite/transaction.ts';
import { randomId } from '#shared/domain/ids.ts';
import { type Service, startService } from '../support/harness.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('a commit', () => {
  it('whose transaction expired while it waited is begun anew and done once', async () => {
    const { gateway, store } = service.connection;
    const id = randomId();
    const begun = begin(gateway);
    await begun;
    service.local.clock.advance(61_000);
    const landed = async () => (await store.state.find(id)) !== undefined;
    const operations = [create('state', id, { version: 1 })];
    expect(await commitBegun(gateway, begun, { operations, landed })).toBe('done');
    expect(await store.state.find(id)).toMatchObject({ version: 1 });
    expect(await commitBegun(gateway, begin(gateway), { operations, landed })).toBe('conflict');
  });
});

describe('a counter without a row', () => {
  it('is told to be missing when it counts up, and is as good as at nothing when it counts down', async () => {
    const { limits } = service.connection.store;
    const id = randomId();
    expect(await limits.increment(id, 'count')).toBeUndefined();
    await limits.decrement(id, 'count');
    expect(await limits.find(id)).toBeUndefined();
  });
});
