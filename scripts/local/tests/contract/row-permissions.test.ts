import { ID } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { refusal } from './support/refusal.ts';

const openNotes = { ...notes, id: 'open', permissions: ['read("any")', 'create("any")'] };
const ownNotes = { ...notes, id: 'own', rowSecurity: true };
const contract = useContract({ tables: [notes, openNotes, ownNotes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };
const title = () => ID.unique();

describe('a guest', () => {
  it('is refused by a table without permissions', async () => {
    const row = await contract.tables.createRow({ ...main, rowId: ID.unique(), data: { title: title() } });
    const { tables } = contract.guest;
    expect(await refusal(tables.listRows(main))).toBe('401 user_unauthorized');
    expect(await refusal(tables.createRow({ ...main, rowId: ID.unique(), data: { title: title() } }))).toBe(
      '401 user_unauthorized',
    );
    expect(await refusal(tables.deleteRow({ ...main, rowId: row.$id }))).toBe('401 user_unauthorized');
    expect(await refusal(tables.updateRow({ ...main, rowId: row.$id, data: { topic: 'x' } }))).toBe(
      '401 user_unauthorized',
    );
    expect(await refusal(tables.getRow({ ...main, rowId: row.$id }))).toBe('404 row_not_found');
  });

  it('may do what the table grants to any', async () => {
    const open = { databaseId: contract.databaseId, tableId: 'open' };
    const row = await contract.guest.tables.createRow({ ...open, rowId: ID.unique(), data: { title: title() } });
    expect((await contract.guest.tables.listRows(open)).rows.map(({ $id }) => $id)).toContain(row.$id);
    expect(await refusal(contract.guest.tables.deleteRow({ ...open, rowId: row.$id }))).toBe('401 user_unauthorized');
  });

  it('sees only rows that permit it, if the table has row security', async () => {
    const own = { databaseId: contract.databaseId, tableId: 'own' };
    const seen = await contract.tables.createRow({
      ...own,
      rowId: ID.unique(),
      data: { title: title() },
      permissions: ['read("any")'],
    });
    const hidden = await contract.tables.createRow({ ...own, rowId: ID.unique(), data: { title: title() } });
    expect((await contract.guest.tables.listRows(own)).rows.map(({ $id }) => $id)).toEqual([seen.$id]);
    expect(await refusal(contract.guest.tables.getRow({ ...own, rowId: hidden.$id }))).toBe('404 row_not_found');
  });
});
