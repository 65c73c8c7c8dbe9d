import { ID, Query } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { refusal } from './support/refusal.ts';

const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };
const title = () => ID.unique();

describe('an upsert', () => {
  it('creates and then changes', async () => {
    const rowId = ID.unique();
    const first = await contract.tables.upsertRow({ ...main, rowId, data: { title: rowId, number: 1 } });
    const second = await contract.tables.upsertRow({ ...main, rowId, data: { title: rowId, number: 2 } });
    expect(second).toMatchObject({ $id: rowId, number: 2, $createdAt: first.$createdAt, $sequence: first.$sequence });
  });
});

describe('counting', () => {
  it('goes up and down within its bounds', async () => {
    const row = await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: title(), number: 5 } });
    const number = { ...main, rowId: row.$id, column: 'number' };
    expect(await contract.tables.incrementRowColumn({ ...number, value: 2, max: 7 })).toMatchObject({
      number: 7,
      $updatedAt: row.$updatedAt,
    });
    expect(await refusal(contract.tables.incrementRowColumn({ ...number, max: 7 }))).toBe('400 column_limit_exceeded');
    expect(await contract.tables.decrementRowColumn({ ...number, value: 7, min: 0 })).toMatchObject({ number: 0 });
    expect(await refusal(contract.tables.decrementRowColumn({ ...number, min: 0 }))).toBe('400 column_limit_exceeded');
    expect(await refusal(contract.tables.incrementRowColumn({ ...number, column: 'title' }))).toBe(
      '400 attribute_type_invalid',
    );
  });
});

describe('a unique index', () => {
  it('ignores case, accents and trailing spaces, and never minds nulls', async () => {
    await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: 'Crème Brûlée' } });
    for (const same of ['creme brulee', 'CRÈME BRÛLÉE', 'Crème Brûlée  ']) {
      expect(await refusal(contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: same } }))).toBe(
        '409 row_already_exists',
      );
    }
    const found = await contract.tables.listRows({ ...main, queries: [Query.equal('title', 'CREME BRULEE ')] });
    expect(found.rows.map((row) => row.title)).toEqual(['Crème Brûlée']);
  });

  it('guards updates as well', async () => {
    const [one, two] = [title(), title()];
    await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: one } });
    const row = await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: two } });
    expect(await refusal(contract.tables.updateRow({ ...main, rowId: row.$id, data: { title: one } }))).toBe(
      '409 row_already_exists',
    );
  });
});
