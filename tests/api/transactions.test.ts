import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { begin, commit, create } from '#shared/appwrite/transaction.ts';
import { SECOND } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { PASSWORD } from '../support/enrol.ts';
import { type Service, startService, uniqueName } from '../support/harness.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('a commit', () => {
  it('whose transaction expired while it waited starts a new one and is done once', async () => {
    const { gateway, store } = service.connection;
    const id = randomId();
    const transaction = begin(gateway);
    await transaction;
    service.local.clock.advance(61 * SECOND);
    const wasCommitted = async () => (await store.state.find(id)) !== undefined;
    const operations = [create('state', id, { version: 1 })];
    expect(await commit(gateway, { operations, wasCommitted }, transaction)).toBe('done');
    expect(await store.state.find(id)).toMatchObject({ version: 1 });
    expect(await commit(gateway, { operations, wasCommitted })).toBe('conflict');
  });
});

describe('a counter without a row', () => {
  it('is reported missing when it counts up, and counts as zero when it counts down', async () => {
    const { limits } = service.connection.store;
    const id = randomId();
    expect(await limits.increment(id, 'count')).toBeUndefined();
    await limits.decrement(id, 'count');
    expect(await limits.find(id)).toBeUndefined();
  });
});

describe('a registration', () => {
  const register = (username: string) =>
    service.send('POST', '/user', { json: { username, password: PASSWORD, name: 'One' } });

  it('that conflicted with a commit which failed, as on MongoDB, is tried again', async () => {
    const username = uniqueName();
    const path = '/v1/tablesdb/transactions/*';
    const functionId = service.functionId('users');
    const fault = service.local.faults.add({ kind: 'commit-failed', method: 'PATCH', path, functionId });
    expect((await register(username)).status).toBe(201);
    expect(fault.hits).toBe(1);
    expect((await register(username)).problem(409).code).toBe('username_taken');
  });

  it('of a name that an admin gave to an account in the console is refused', async () => {
    const person = await service.person();
    const account = await findByUsername(service.connection.store, person.username);
    const username = uniqueName();
    if (account) await service.connection.store.users.replace(account, { username });
    expect((await register(username)).problem(409).code).toBe('username_taken');
  });
});
