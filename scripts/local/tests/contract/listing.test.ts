import { ID, Query } from 'node-appwrite';
import { beforeAll, describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { keyHeaders, send } from './support/send.ts';

const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };

beforeAll(async () => {
  await contract.tables.createRows({ ...main, rows: ['A', 'B', 'C', 'D'].map((title) => ({ title })) });
});

describe('a list', () => {
  it('counts what matches, unless told not to in the way that works', async () => {
    const count = async (query: string) => {
      const path = `/v1/tablesdb/${contract.databaseId}/tables/notes/rows?${query}`;
      const sent = await send(contract.target, { path, headers: keyHeaders(contract.target) });
      return JSON.parse(sent.body.toString()).total;
    };
    expect(await count('')).toBe(4);
    expect(await count(`queries[]=${encodeURIComponent(Query.limit(1))}`)).toBe(4);
    expect(await count('total=false')).toBe(4);
    expect(await count('total=0')).toBe(0);
  });

  it('shows selected columns and all $ fields', async () => {
    const { rows } = await contract.tables.listRows({ ...main, queries: [Query.select(['title']), Query.limit(1)] });
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(
      ['$createdAt', '$databaseId', '$id', '$permissions', '$sequence', '$tableId', '$updatedAt', 'title'].sort(),
    );
  });

  it('stops counting at five thousand and lists on', async () => {
    const row = () => ({ $id: ID.unique(), title: ID.unique(), topic: 'many' });
    for (let batch = 0; batch < 52; batch += 1) {
      await contract.tables.createRows({ ...main, rows: Array.from({ length: 100 }, row) });
    }
    const { total, rows } = await contract.tables.listRows({
      ...main,
      queries: [Query.equal('topic', 'many'), Query.limit(6000)],
    });
    expect({ total, listed: rows.length }).toEqual({ total: 5000, listed: 5200 });
    expect(
      (await contract.tables.updateRows({ ...main, data: { number: 9 }, queries: [Query.equal('topic', 'many')] }))
        .total,
    ).toBe(5200);
    expect((await contract.tables.deleteRows({ ...main, queries: [Query.equal('topic', 'many')] })).total).toBe(5200);
  });
});
