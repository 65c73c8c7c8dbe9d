import { ID, Query } from 'node-appwrite';
import { expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';

// The recorded corpus covers every query method, paging and search; these tests cover the rest.
const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };

it('a keyset shows each row once', async () => {
  await contract.tables.createRows({ ...main, rows: ['a', 'b', 'c', 'd'].map(($id) => ({ $id, title: $id })) });
  const seen: string[] = [];
  for (let last: { $createdAt: string; $id: string } | undefined; ; ) {
    const beyond = last && [
      Query.or([
        Query.lessThan('$createdAt', last.$createdAt),
        Query.and([Query.equal('$createdAt', last.$createdAt), Query.lessThan('$id', last.$id)]),
      ]),
    ];
    const order = [Query.orderDesc('$createdAt'), Query.orderDesc('$id'), Query.limit(1)];
    const queries = [Query.isNull('topic'), ...(beyond ?? []), ...order];
    const { rows } = await contract.tables.listRows({ ...main, queries });
    last = rows[0];
    if (!last) break;
    seen.push(last.$id);
  }
  expect(seen.sort().join('')).toBe('abcd');
});

it('a list counts at most five thousand rows, but returns more', async () => {
  const row = () => ({ $id: ID.unique(), title: ID.unique(), topic: 'many' });
  for (let batch = 0; batch < 52; batch += 1) {
    await contract.tables.createRows({ ...main, rows: Array.from({ length: 100 }, row) });
  }
  const many = Query.equal('topic', 'many');
  const { total, rows } = await contract.tables.listRows({ ...main, queries: [many, Query.limit(6000)] });
  expect({ total, listed: rows.length }).toEqual({ total: 5000, listed: 5200 });
  expect((await contract.tables.updateRows({ ...main, data: { number: 9 }, queries: [many] })).total).toBe(5200);
  expect((await contract.tables.deleteRows({ ...main, queries: [many] })).total).toBe(5200);
});
