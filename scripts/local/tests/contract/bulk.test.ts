import { ID, Query } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { uniqueName } from './support/names.ts';
import { refusal } from './support/refusal.ts';

const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };
const rowsOf = (topic: string, count: number) =>
  Array.from({ length: count }, () => ({ $id: ID.unique(), title: ID.unique(), topic, number: 1 }));
const ofTopic = (topic: string) => [Query.equal('topic', topic)];
const count = async (topic: string) => (await contract.tables.listRows({ ...main, queries: ofTopic(topic) })).total;

describe('a bulk call', () => {
  it('creates a hundred rows at most', async () => {
    const topic = uniqueName();
    const { total, rows } = await contract.tables.createRows({ ...main, rows: rowsOf(topic, 100) });
    expect({ total, rows: rows.length }).toEqual({ total: 100, rows: 100 });
    expect(rows[0]).toMatchObject({ topic, $databaseId: contract.databaseId, $tableId: 'notes' });
    const tooMany = contract.tables.createRows({ ...main, rows: rowsOf(topic, 101) });
    expect(await refusal(tooMany)).toBe('400 general_argument_invalid');
    expect(await count(topic)).toBe(100);
  });

  it('changes all rows that its queries match, and returns the first hundred', async () => {
    const [topic, other] = [uniqueName(), uniqueName()];
    await contract.tables.createRows({ ...main, rows: rowsOf(topic, 100) });
    await contract.tables.createRows({ ...main, rows: rowsOf(topic, 20) });
    await contract.tables.createRows({ ...main, rows: rowsOf(other, 1) });
    const changed = await contract.tables.updateRows({ ...main, data: { number: 2 }, queries: ofTopic(topic) });
    expect({ total: changed.total, shown: changed.rows.length }).toEqual({ total: 120, shown: 100 });
    const queries = [Query.equal('number', 2), Query.equal('topic', [topic, other])];
    expect((await contract.tables.listRows({ ...main, queries })).total).toBe(120);
  });

  it('deletes the rows that its queries match, and no others', async () => {
    const [topic, other] = [uniqueName(), uniqueName()];
    await contract.tables.createRows({ ...main, rows: [...rowsOf(topic, 3), ...rowsOf(other, 2)] });
    expect((await contract.tables.deleteRows({ ...main, queries: ofTopic(topic) })).total).toBe(3);
    expect([await count(topic), await count(other)]).toEqual([0, 2]);
    expect((await contract.tables.deleteRows({ ...main, queries: ofTopic(topic) })).total).toBe(0);
  });

  it('is refused to guests', async () => {
    const rows = rowsOf(uniqueName(), 1);
    expect(await refusal(contract.guest.tables.createRows({ ...main, rows }))).toBe('401 general_unauthorized_scope');
    expect(await refusal(contract.guest.tables.deleteRows({ ...main }))).toBe('404 database_not_found');
  });
});
