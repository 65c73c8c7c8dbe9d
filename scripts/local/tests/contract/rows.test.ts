import { ID } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { refusal } from './support/refusal.ts';

const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };
const title = () => ID.unique();
const rowUrl = (id: string) =>
  new URL(`${contract.target.endpoint}/tablesdb/${contract.databaseId}/tables/notes/rows/${id}`);

describe('a row', () => {
  it('comes back as it was written, with dates, a sequence and its parents', async () => {
    const data = {
      title: 'Émile',
      number: 7,
      weight: 1.5,
      done: true,
      due: '2026-01-02T03:04:05.678Z',
      labels: ['a', 'b'],
    };
    const created = await contract.tables.createRow({ ...main, rowId: 'first', data });
    const read = await contract.tables.getRow({ ...main, rowId: 'first' });
    expect(read).toEqual(created);
    expect(read).toMatchObject({
      ...data,
      due: '2026-01-02T03:04:05.678+00:00',
      topic: null,
      state: 'open',
      $id: 'first',
      $databaseId: contract.databaseId,
      $tableId: 'notes',
      $permissions: [],
    });
    expect(read.$createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
    expect(read.$sequence).toMatch(/^\d+$/);
  });

  it('is refused when its id is taken, in any case of letters', async () => {
    await contract.tables.createRow({ ...main, rowId: 'taken', data: { title: title() } });
    expect(await refusal(contract.tables.createRow({ ...main, rowId: 'taken', data: { title: title() } }))).toBe(
      '409 row_already_exists',
    );
    expect(await refusal(contract.tables.createRow({ ...main, rowId: 'TAKEN', data: { title: title() } }))).toBe(
      '409 row_already_exists',
    );
  });

  it('is refused with a bad id', async () => {
    for (const rowId of ['_a', '.a', 'a b', 'ä', 'a'.repeat(37)]) {
      expect(await refusal(contract.tables.createRow({ ...main, rowId, data: { title: title() } }))).toBe(
        '400 general_argument_invalid',
      );
    }
  });

  it('is refused without data', async () => {
    expect(await refusal(contract.tables.createRow({ ...main, rowId: ID.unique(), data: {} }))).toBe(
      '400 row_missing_data',
    );
    await contract.tables.createRow({ ...main, rowId: 'stays', data: { title: title() } });
    expect(await refusal(contract.tables.updateRow({ ...main, rowId: 'stays', data: {} }))).toBe(
      '400 row_missing_payload',
    );
  });

  it('is refused when a value does not fit its column', async () => {
    const wrong: Record<string, unknown>[] = [
      { title: 'x'.repeat(101) },
      { title: 7 },
      { title: null },
      { topic: 'no title' },
      { title: title(), state: 'ajar' },
      { title: title(), number: 1.5 },
      { title: title(), number: 1001 },
      { title: title(), number: -1 },
      { title: title(), number: '1' },
      { title: title(), weight: 'heavy' },
      { title: title(), done: 'yes' },
      { title: title(), due: 'soon' },
      { title: title(), labels: 'one' },
      { title: title(), colour: 'red' },
    ];
    for (const data of wrong) {
      expect(await refusal(contract.tables.createRow({ ...main, rowId: ID.unique(), data: data as never }))).toBe(
        '400 row_invalid_structure',
      );
    }
  });

  it('is not found in a table, a database or under an id that does not exist', async () => {
    expect(await refusal(contract.tables.getRow({ ...main, rowId: 'none' }))).toBe('404 row_not_found');
    expect(await refusal(contract.tables.getRow({ ...main, tableId: 'none', rowId: 'a' }))).toBe('404 table_not_found');
    expect(await refusal(contract.tables.getRow({ ...main, databaseId: 'none', rowId: 'a' }))).toBe(
      '404 database_not_found',
    );
    expect(await refusal(contract.tables.updateRow({ ...main, rowId: 'none', data: { topic: 'x' } }))).toBe(
      '404 row_not_found',
    );
    expect(await refusal(contract.tables.deleteRow({ ...main, rowId: 'none' }))).toBe('404 row_not_found');
  });
});

describe('an update', () => {
  it('changes what it names and moves $updatedAt', async () => {
    const row = await contract.tables.createRow({
      ...main,
      rowId: ID.unique(),
      data: { title: title(), topic: 'a', number: 1 },
    });
    const updated = await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 } });
    expect(updated).toMatchObject({ title: row.title, topic: 'a', number: 2, $createdAt: row.$createdAt });
    expect(Date.parse(updated.$updatedAt)).toBeGreaterThan(Date.parse(row.$updatedAt));
  });

  it('that changes nothing leaves $updatedAt alone', async () => {
    const row = await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: title(), number: 1 } });
    const updated = await contract.tables.updateRow({ ...main, rowId: row.$id, data: { number: 1 } });
    expect(updated.$updatedAt).toBe(row.$updatedAt);
  });

  it('guarded by a timestamp is refused once the row is newer, and so is a guarded delete', async () => {
    const row = await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: title() } });
    const guarded = (method: string, data: object) =>
      contract.client.call(
        method,
        rowUrl(row.$id),
        {
          'content-type': 'application/json',
          'X-Appwrite-Project': contract.target.projectId,
          'X-Appwrite-Timestamp': row.$updatedAt,
        },
        data,
      );
    await guarded('patch', { data: { number: 1 } });
    expect(await refusal(guarded('patch', { data: { number: 2 } }))).toBe('409 row_update_conflict');
    expect(await refusal(guarded('delete', {}))).toBe('409 row_update_conflict');
    expect((await contract.tables.getRow({ ...main, rowId: row.$id })).number).toBe(1);
  });

  it('guarded by a timestamp lets one of many writers win', async () => {
    const row = await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: title(), number: 0 } });
    const url = rowUrl(row.$id);
    const headers = {
      'content-type': 'application/json',
      'X-Appwrite-Project': contract.target.projectId,
      'X-Appwrite-Timestamp': row.$updatedAt,
    };
    const writers = Array.from({ length: 20 }, (_, number) =>
      contract.client.call('patch', url, headers, { data: { number: number + 1 } }),
    );
    const results = await Promise.allSettled(writers);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});
