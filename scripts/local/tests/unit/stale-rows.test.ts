import { ID, Query } from 'node-appwrite';
import { afterEach, describe, expect, it } from 'vitest';
import { useLocalAppwrite } from './support/harness.ts';
import { refusal } from './support/refusal.ts';

const server = useLocalAppwrite();
const main = { databaseId: 'main', tableId: 'notes' };

afterEach(() => server.appwrite.faults.clear());

const read = async (rowId: string) => (await server.tables.getRow({ ...main, rowId })).number;
const listed = async (rowId: string) =>
  (await server.tables.listRows({ ...main, queries: [Query.equal('$id', rowId)] })).rows.map(({ number }) => number);

async function note(): Promise<string> {
  const rowId = ID.unique();
  await server.tables.createRow({ ...main, rowId, data: { title: rowId, number: 1 } });
  return rowId;
}

async function staged(action: 'update' | 'create', rowId: string, data: object): Promise<string> {
  const { $id: transactionId } = await server.tables.createTransaction();
  const operations = [{ ...main, action, rowId, data }];
  await server.tables.createOperations({ transactionId, operations });
  return transactionId;
}

const commit = (transactionId: string) => server.tables.updateTransaction({ transactionId, commit: true });

describe('getRow after a commit', () => {
  it('serves the old row until the row is written again, while a list shows the new one', async () => {
    const rowId = await note();
    const transactionId = await staged('update', rowId, { number: 2 });
    server.appwrite.faults.add({ kind: 'stale-row', method: 'PATCH', path: '/v1/tablesdb/transactions/*' });
    await commit(transactionId);
    expect([await read(rowId), await listed(rowId)]).toEqual([1, [2]]);
    await commit(await staged('create', ID.unique(), { title: ID.unique() }));
    expect(await read(rowId)).toBe(1);
    await server.tables.updateRow({ ...main, rowId, data: { topic: 'written' } });
    expect(await read(rowId)).toBe(2);
  });

  it('does not find a row that was created', async () => {
    const rowId = ID.unique();
    const transactionId = await staged('create', rowId, { title: rowId, number: 5 });
    server.appwrite.faults.add({ kind: 'stale-row' });
    await commit(transactionId);
    expect(await refusal(read(rowId))).toBe('404 row_not_found');
    expect(await listed(rowId)).toEqual([5]);
  });

  it('serves the old row, sooner or later, when others read during the commit', async () => {
    let stale = 0;
    for (let tries = 0; tries < 200 && stale === 0; tries += 1) {
      const rowId = await note();
      const transactionId = await staged('update', rowId, { number: 2 });
      let committed = false;
      const reader = async () => {
        while (!committed) await read(rowId);
      };
      const readers = [reader(), reader(), reader()];
      await commit(transactionId);
      committed = true;
      await Promise.all(readers);
      if ((await read(rowId)) === 1) stale += 1;
    }
    expect(stale).toBe(1);
  });

  it('serves the new row if nothing reads it meanwhile, or if it is written without a transaction', async () => {
    for (let tries = 0; tries < 20; tries += 1) {
      const rowId = await note();
      await read(rowId);
      await commit(await staged('update', rowId, { number: 2 }));
      expect(await read(rowId)).toBe(2);
      await Promise.all([read(rowId), server.tables.updateRow({ ...main, rowId, data: { number: 3 } }), read(rowId)]);
      expect(await read(rowId)).toBe(3);
    }
  });
});
