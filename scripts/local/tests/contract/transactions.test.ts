import { ID, Query } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { refusal } from './support/refusal.ts';

const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };

async function note(data: object = {}) {
  return contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: ID.unique(), number: 1, ...data } });
}

async function begin(): Promise<string> {
  return (await contract.tables.createTransaction()).$id;
}

const commit = (transactionId: string) => contract.tables.updateTransaction({ transactionId, commit: true });
/** Reads by a list, because `getRow` may be stale after a commit. */
const read = async (rowId: string) =>
  (await contract.tables.listRows({ ...main, queries: [Query.equal('$id', rowId)] })).rows[0];

describe('a transaction', () => {
  it('changes nothing before its commit, but reads within it see the changes', async () => {
    const row = await note();
    const transactionId = await begin();
    await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 }, transactionId });
    await contract.tables.createRow({ ...main, rowId: `${row.$id}-2`, data: { title: ID.unique() }, transactionId });
    expect((await read(row.$id))?.number).toBe(1);
    expect((await contract.tables.getRow({ ...main, rowId: row.$id, transactionId })).number).toBe(2);
    const inside = await contract.tables.listRows({
      ...main,
      transactionId,
      queries: [Query.equal('$id', `${row.$id}-2`)],
    });
    expect(inside.total).toBe(1);
    expect(await read(`${row.$id}-2`)).toBeUndefined();
    expect(await commit(transactionId)).toMatchObject({ status: 'committed', operations: 2 });
    expect((await read(row.$id))?.number).toBe(2);
    expect(await read(`${row.$id}-2`)).toMatchObject({ state: 'open' });
  });

  it('refuses to commit when a row changed after it was staged', async () => {
    const row = await note();
    const transactionId = await begin();
    await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 }, transactionId });
    await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 3 } });
    expect(await refusal(commit(transactionId))).toBe('409 transaction_conflict');
    expect((await read(row.$id))?.number).toBe(3);
    expect(await contract.tables.getTransaction({ transactionId })).toMatchObject({ status: 'failed' });
  });

  it('increments up to a maximum; its later changes of that row are not guarded', async () => {
    const row = await note({ number: 4 });
    const attempt = async (title: string) => {
      const transactionId = await begin();
      const operation = { databaseId: contract.databaseId, tableId: 'notes', rowId: row.$id };
      await contract.tables.createOperations({
        transactionId,
        operations: [
          { ...operation, action: 'increment', data: { column: 'number', value: 1, max: 5 } },
          { ...operation, action: 'update', data: { topic: title } },
          { ...operation, action: 'create', rowId: `${row.$id}-5`, data: { title } },
        ],
      });
      return transactionId;
    };
    const [first, second] = [await attempt(ID.unique()), await attempt(ID.unique())];
    await commit(first);
    expect(await refusal(commit(second))).toBe('400 attribute_limit_exceeded');
    expect((await read(row.$id))?.number).toBe(5);
  });

  it('undoes everything when one operation fails', async () => {
    const [row, other] = [await note(), await note()];
    const transactionId = await begin();
    await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 }, transactionId });
    await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: other.title }, transactionId });
    expect(await refusal(commit(transactionId))).toBe('409 transaction_conflict');
    expect((await read(row.$id))?.number).toBe(1);
  });

  it('has different errors for a deleted row and for one that does not fit', async () => {
    const row = await note();
    const gone = await begin();
    await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 }, transactionId: gone });
    await contract.tables.deleteRow({ ...main, rowId: row.$id });
    expect(await refusal(commit(gone))).toBe('404 document_not_found');
    const unfit = await begin();
    await contract.tables.createRow({
      ...main,
      rowId: ID.unique(),
      data: { title: ID.unique(), number: -5 },
      transactionId: unfit,
    });
    expect(await refusal(commit(unfit))).toBe('400 document_invalid_structure');
  });

  it('deletes a row, and then refuses to update it', async () => {
    const row = await note();
    const transactionId = await begin();
    await contract.tables.deleteRow({ ...main, rowId: row.$id, transactionId });
    expect(
      await refusal(contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 9 }, transactionId })),
    ).toBe('404 row_not_found');
    await commit(transactionId);
    expect(await read(row.$id)).toBeUndefined();
  });

  it('can be rolled back', async () => {
    const row = await note();
    const transactionId = await begin();
    await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 }, transactionId });
    expect(await contract.tables.updateTransaction({ transactionId, rollback: true })).toMatchObject({
      status: 'failed',
    });
    expect((await read(row.$id))?.number).toBe(1);
    expect(await refusal(commit(transactionId))).toBe('400 transaction_not_ready');
  });

  it('holds a hundred operations', async () => {
    const transactionId = await begin();
    const operations = Array.from({ length: 100 }, () => ({
      action: 'create',
      databaseId: contract.databaseId,
      tableId: 'notes',
      rowId: ID.unique(),
      data: { title: ID.unique() },
    }));
    await contract.tables.createOperations({ transactionId, operations });
    const more = contract.tables.createOperations({ transactionId, operations: operations.slice(0, 1) });
    expect(await refusal(more)).toBe('400 transaction_limit_exceeded');
    expect(await commit(transactionId)).toMatchObject({ operations: 100 });
  });

  it('is unknown under another id, and refuses a ttl out of range', async () => {
    expect(await refusal(commit('none'))).toBe('404 transaction_not_found');
    expect(await refusal(contract.tables.createTransaction({ ttl: 59 }))).toBe('400 general_argument_invalid');
  });
});
