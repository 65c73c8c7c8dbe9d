import { Query, TablesDB } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { uniqueName } from './support/names.ts';
import { refusal } from './support/refusal.ts';
import { clientOf } from './support/target.ts';

const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };
const writers = 6;
const each = 5;

async function start(): Promise<string> {
  const rowId = uniqueName();
  await contract.tables.createRow({ ...main, rowId, data: { title: rowId, number: 0 } });
  return rowId;
}

/** Reads by a list, which is never stale. */
async function current(rowId: string) {
  const { rows } = await contract.tables.listRows({ ...main, queries: [Query.equal('$id', rowId)] });
  const [row] = rows;
  if (!row) throw new Error('the row is missing');
  return { number: Number(row.number), updatedAt: row.$updatedAt };
}

/** Runs several writers, each until so many of its attempts succeed; returns the refusals. */
async function race(attempt: () => Promise<string>): Promise<string[]> {
  const endings: string[] = [];
  const writer = async () => {
    for (let done = 0; done < each; ) {
      const ending = await attempt();
      endings.push(ending);
      if (ending === 'not refused') done += 1;
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return endings.filter((ending) => ending !== 'not refused');
}

describe('many writers of one row', () => {
  it('lose no update when each write is guarded by the time that was read', { timeout: 120_000 }, async () => {
    const rowId = await start();
    const refused = await race(async () => {
      const { number, updatedAt } = await current(rowId);
      const guarded = clientOf(contract.target).setKey(contract.target.apiKey);
      guarded.addHeader('X-Appwrite-Timestamp', updatedAt);
      return refusal(new TablesDB(guarded).updateRow({ ...main, rowId, data: { number: number + 1 } }));
    });
    expect((await current(rowId)).number).toBe(writers * each);
    expect(new Set(refused)).toEqual(new Set(refused.length > 0 ? ['409 row_update_conflict'] : []));
  });

  it('lose no update and no history entry when each commit claims the next version', {
    timeout: 120_000,
  }, async () => {
    const rowId = await start();
    const refused = await race(async () => {
      const next = (await current(rowId)).number + 1;
      const { $id: transactionId } = await contract.tables.createTransaction();
      const operations = [
        { ...main, action: 'increment', rowId, data: { column: 'number', value: 1, max: next } },
        { ...main, action: 'update', rowId, data: { topic: `version ${next}` } },
        { ...main, action: 'create', rowId: `${rowId}-${next}`, data: { title: `${rowId} ${next}`, topic: rowId } },
      ];
      await contract.tables.createOperations({ transactionId, operations });
      return refusal(contract.tables.updateTransaction({ transactionId, commit: true }));
    });
    expect((await current(rowId)).number).toBe(writers * each);
    const history = await contract.tables.listRows({ ...main, queries: [Query.equal('topic', rowId), Query.limit(1)] });
    expect(history.total).toBe(writers * each);
    const known = ['400 attribute_limit_exceeded', '409 transaction_conflict'];
    expect(refused.filter((ending) => !known.includes(ending))).toEqual([]);
  });

  it('that create the same row: one succeeds, the others get 409', async () => {
    const rowId = uniqueName();
    const create = () => refusal(contract.tables.createRow({ ...main, rowId, data: { title: uniqueName() } }));
    const endings = await Promise.all(Array.from({ length: 8 }, create));
    expect(endings.sort()).toEqual([...Array(7).fill('409 row_already_exists'), 'not refused']);
  });
});
