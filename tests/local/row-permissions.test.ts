import { ID } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useWorld } from './support/harness.ts';
import { notes, openNotes, ownNotes } from './support/project.ts';
import { refusal } from './support/refusal.ts';

const world = useWorld({ tables: [notes, openNotes, ownNotes] });
const main = { databaseId: 'main', tableId: 'notes' };
const title = () => ID.unique();

describe('a stranger', () => {
  it('is refused at a table that grants nothing', async () => {
    const row = await world.tables.createRow({ ...main, rowId: ID.unique(), data: { title: title() } });
    const { tables } = world.guest;
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
    const open = { databaseId: 'main', tableId: 'open' };
    const row = await world.guest.tables.createRow({ ...open, rowId: ID.unique(), data: { title: title() } });
    expect((await world.guest.tables.listRows(open)).rows.map(({ $id }) => $id)).toContain(row.$id);
    expect(await refusal(world.guest.tables.deleteRow({ ...open, rowId: row.$id }))).toBe('401 user_unauthorized');
  });

  it('sees only rows that grant it, where rows carry permissions', async () => {
    const own = { databaseId: 'main', tableId: 'own' };
    const seen = await world.tables.createRow({
      ...own,
      rowId: ID.unique(),
      data: { title: title() },
      permissions: ['read("any")'],
    });
    const hidden = await world.tables.createRow({ ...own, rowId: ID.unique(), data: { title: title() } });
    expect((await world.guest.tables.listRows(own)).rows.map(({ $id }) => $id)).toEqual([seen.$id]);
    expect(await refusal(world.guest.tables.getRow({ ...own, rowId: hidden.$id }))).toBe('404 row_not_found');
  });
});
