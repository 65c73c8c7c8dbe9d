import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findByUsername, requireAccount } from '#shared/appwrite/accounts.ts';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { commit, create } from '#shared/appwrite/transaction.ts';
import { randomId } from '#shared/domain/ids.ts';
import { change } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let staff: Person;

beforeAll(async () => {
  service = await sharedService();
  staff = await service.person('staff');
});
afterEach(() => service.local.faults.clear());
afterAll(() => service.close());

const erase = (person: Person) => person.send('DELETE', '/user', { json: { password: PASSWORD } });
const file = (person: Person, fields = {}) =>
  person.send('POST', '/complain', { json: { title: 'A broken lamp', description: 'Dark.', ...fields } });

/** All complaints and timelines as they are stored now, without waiting for the schedule. */
async function storedNames(): Promise<string> {
  const { complaints, timeline } = service.connection.store;
  const [rows, entries] = await Promise.all([complaints.list([]), timeline.list([])]);
  return JSON.stringify([rows.rows, entries.rows]);
}

/** Waits until the function has staged so many commits. */
async function untilStaged(count: number): Promise<void> {
  const complaints = service.functionId('complaints');
  const staged = () =>
    service.local.calls
      .all()
      .filter(({ functionId, path }) => functionId === complaints && path.endsWith('/operations')).length;
  while (staged() < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a commit that requires an account', () => {
  async function staged() {
    const person = await service.person();
    const { gateway, store } = service.connection;
    const id = (await findByUsername(store, person.username))?.$id ?? '';
    const limit = { subject: 'x', count: 1, expiresAt: '2030-01-01T00:00:00.000Z' };
    const rowId = randomId();
    const operations = [create('limits', rowId, limit), requireAccount(id)];
    const work = { operations, wasCommitted: async () => false };
    return { person, gateway, store, id, rowId, work };
  }

  it('does nothing when the account was erased, before or after staging', async () => {
    const { person, gateway, store, rowId, work } = await staged();
    const { $id: transactionId } = await gateway.tables.createTransaction({ ttl: 60 });
    const operations = work.operations.map((operation) => ({ ...operation, databaseId: DATABASE_ID }));
    await gateway.tables.createOperations({ transactionId, operations });
    expect((await erase(person)).status).toBe(204);
    await expect(gateway.tables.updateTransaction({ transactionId, commit: true })).rejects.toMatchObject({
      code: 404,
    });
    expect(await commit(gateway, work)).toBe('missing');
    expect(await store.limits.find(rowId)).toBeUndefined();
  });

  it('does not block another one for the same account', async () => {
    const { gateway, store, id, work } = await staged();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => commit(gateway, { ...work, operations: [requireAccount(id)] })),
    );
    expect(outcomes).toEqual(outcomes.map(() => 'done'));
    expect((await store.users.find(id))?.$id).toBe(id);
  });
});

describe('an erasure', () => {
  it('during a filing or a note leaves no name on it', async () => {
    const [filer, anonymous, writer] = await service.people('user', 'user', 'user');
    const { id } = await writer.file();
    // The commits are delayed by 2 s, so that the erasure comes first unless the machine is very busy.
    const functionId = service.functionId('complaints');
    const commits = { method: 'PATCH', path: '/v1/tablesdb/transactions/*', functionId };
    service.local.calls.clear();
    // Three times for the three writers: in the layout compact the same function also does the erasure.
    service.local.faults.add({ kind: 'slow', milliseconds: 2_000, times: 3, ...commits });
    const writing = [
      file(filer),
      file(anonymous, { anonymous: true }),
      writer.send('PUT', '/complain', { json: { id, note: 'One more thing.' } }),
    ];
    await untilStaged(writing.length);
    const erased = await Promise.all([filer, anonymous, writer].map(erase));
    expect(erased.map(({ status }) => status)).toEqual([204, 204, 204]);
    for (const answer of await Promise.all(writing)) {
      if (answer.status >= 300) expect(answer.problem(401).code).toBe('token_invalid');
    }
    const stored = await storedNames();
    for (const { username } of [filer, anonymous, writer]) expect(stored).not.toContain(username);
  });

  it('during eight filings leaves each of them refused, or filed without a name', async () => {
    const seen = new Set<number>();
    for (let round = 0; round < 4; round += 1) {
      const person = await service.person();
      const filings = Array.from({ length: 8 }, () => file(person));
      await new Promise((resolve) => setTimeout(resolve, round * 15));
      const [erased, ...filed] = await Promise.all([erase(person), ...filings]);
      expect(erased?.status).toBe(204);
      for (const { status } of filed) seen.add(status);
      expect(await storedNames()).not.toContain(person.username);
    }
    expect([...seen].filter((status) => status !== 201 && status !== 401)).toEqual([]);
  });

  it('of staff during their changes leaves their name on none of them', async () => {
    const clerk = await service.person('staff');
    const person = await service.person();
    const ids = (await Promise.all([person.file(), person.file(), person.file()])).map(({ id }) => id);
    const notes = ids.map((id) => clerk.send('PUT', '/complain', { json: { id, note: 'Seen.' } }));
    const [erased] = await Promise.all([erase(clerk), ...notes]);
    expect(erased.status).toBe(204);
    expect(await storedNames()).not.toContain(clerk.username);
    await change(staff, { id: ids[0], note: 'Somebody else goes on.' });
  });
});
