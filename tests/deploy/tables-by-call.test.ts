import { Client, Databases, ID, Query, TablesDB } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { createIndex } from '#scripts/deploy/plan-indexes.ts';
import { until } from '#scripts/deploy/remote.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import { refusal, useEmptyProject } from './support/empty.ts';

const project = useEmptyProject();
const slow = useEmptyProject(MINUTE);
const unhurried = useEmptyProject(200);

async function makeTable({ remote } = project): Promise<{ databaseId: string; tableId: string }> {
  const databaseId = ID.unique();
  await remote.tables.create({ databaseId, name: 'Any' });
  await remote.tables.createTable({ databaseId, tableId: 'notes', name: 'Notes' });
  return { databaseId, tableId: 'notes' };
}

describe('tables that are created by calls', () => {
  it('hold rows once their columns are available', async () => {
    const place = await makeTable();
    const column = await project.remote.tables.createStringColumn({ ...place, key: 'title', size: 20, required: true });
    expect(column).toMatchObject({ key: 'title', type: 'string', status: 'processing', size: 20, default: null });
    await availability(place);
    await project.remote.tables.createRow({ ...place, rowId: 'a', data: { title: 'hello' } });
    const tooLong: Record<string, unknown> = { title: 'x'.repeat(21) };
    expect(await refusal(project.remote.tables.createRow({ ...place, rowId: 'b', data: tooLong }))).toBe(
      '400 row_invalid_structure',
    );
  });

  it('accept no index over a column that is not available yet', async () => {
    const place = await makeTable(slow);
    await slow.remote.tables.createStringColumn({ ...place, key: 'title', size: 20, required: true });
    const index = { key: 'title', type: 'key', columns: ['title'] };
    expect(await refusal(slow.remote.send('post', pathOf(place, 'indexes'), index))).toBe('400 column_not_available');
    const unknown = { ...index, columns: ['nothing'] };
    expect(await refusal(slow.remote.send('post', pathOf(place, 'indexes'), unknown))).toBe('400 column_unknown');
  });

  it('get an index of deploy once their column is available', async () => {
    const place = await makeTable(unhurried);
    await unhurried.remote.tables.createStringColumn({ ...place, key: 'title', size: 20, required: true });
    const path = pathOf(place, 'indexes');
    await createIndex(unhurried.remote, path, { key: 'title', type: 'key', columns: ['title'], orders: ['ASC'] });
    const tries = unhurried.local.calls.all().filter((call) => call.method === 'POST' && call.path.endsWith(path));
    expect(tries.map(({ status }) => status)).toContain(400);
    expect(tries.at(-1)?.status).toBe(202);
  });

  it('lose the values of a deleted column, and keep an index over its other columns', async () => {
    const place = await makeTable();
    for (const key of ['one', 'two'])
      await project.remote.tables.createStringColumn({ ...place, key, size: 20, required: false });
    await availability(place);
    await project.remote.send('post', pathOf(place, 'indexes'), { key: 'both', type: 'key', columns: ['one', 'two'] });
    await availability(place);
    await project.remote.tables.createRow({ ...place, rowId: 'a', data: { one: '1', two: '2' } });
    await project.remote.tables.deleteColumn({ ...place, key: 'two' });
    const row = await project.remote.tables.getRow({ ...place, rowId: 'a' });
    expect(row).toMatchObject({ one: '1' });
    expect(row).not.toHaveProperty('two');
    const { indexes } = await project.remote.tables.listIndexes(place);
    expect(indexes.map(({ key, columns }) => ({ key, columns }))).toEqual([{ key: 'both', columns: ['one'] }]);
  });

  it('accept a new key for a column, and keep its values and indexes', async () => {
    const place = await makeTable();
    await project.remote.tables.createStringColumn({ ...place, key: 'title', size: 20, required: false });
    await availability(place);
    for (const type of ['key', 'fulltext']) {
      await project.remote.send('post', pathOf(place, 'indexes'), { key: type, type, columns: ['title'] });
    }
    await availability(place);
    await project.remote.tables.createRow({ ...place, rowId: 'a', data: { title: 'hello world' } });
    const path = `${pathOf(place, 'columns')}/string/title`;
    await project.remote.send('patch', path, { required: false, default: null, newKey: 'name' });
    const queries = [Query.search('name', 'world'), Query.equal('name', 'hello world')];
    const { rows } = await project.remote.tables.listRows({ ...place, queries });
    expect(rows).toMatchObject([{ $id: 'a', name: 'hello world' }]);
    const { indexes } = await project.remote.tables.listIndexes(place);
    expect(indexes.map(({ columns }) => columns)).toEqual([['name'], ['name']]);
  });

  it('enforce nothing by a unique index over equal values, not even after a restart', async () => {
    const place = await makeTable();
    await project.remote.tables.createStringColumn({ ...place, key: 'title', size: 20, required: false });
    await availability(place);
    const add = (rowId: string) => project.remote.tables.createRow({ ...place, rowId, data: { title: 'same' } });
    await add('a');
    await add('b');
    await project.remote.send('post', pathOf(place, 'indexes'), { key: 'once', type: 'unique', columns: ['title'] });
    await availability(place);
    await add('c');
    await project.restart();
    await add('d');
    expect((await project.remote.tables.listRows(place)).total).toBe(4);
  });

  it('cannot be made narrower than their values', async () => {
    const place = await makeTable();
    const column = { ...place, key: 'title', required: false };
    await project.remote.tables.createStringColumn({ ...column, size: 20 });
    await availability(place);
    await project.remote.tables.createRow({ ...place, rowId: 'a', data: { title: 'ten chars.' } });
    const path = `${pathOf(place, 'columns')}/string/title`;
    const resized = (size: number) => project.remote.send('patch', path, { required: false, default: null, size });
    await resized(10);
    expect(await refusal(resized(9))).toBe('400 column_invalid_resize');
  });

  it('are limited to the row width of MariaDB', async () => {
    const place = await makeTable();
    await project.remote.tables.createStringColumn({ ...place, key: 'wide', size: 16_000, required: false });
    const more = { ...place, key: 'more', required: false };
    expect(await refusal(project.remote.tables.createStringColumn({ ...more, size: 400 }))).toBe(
      '400 column_limit_exceeded',
    );
    await project.remote.tables.createStringColumn({ ...more, size: 20_000 });
  });

  it('accept no index key of more than 768 characters', async () => {
    const place = await makeTable();
    await project.remote.tables.createStringColumn({ ...place, key: 'long', size: 769, required: false });
    await availability(place);
    const index = project.remote.send('post', pathOf(place, 'indexes'), {
      key: 'long',
      type: 'key',
      columns: ['long'],
    });
    expect(await refusal(index)).toBe('400 column_index_invalid');
  });

  it('can be used as collections with attributes, as older clients do', async () => {
    const { databaseId, tableId: collectionId } = await makeTable();
    const old = new Databases(
      new Client().setEndpoint(project.local.endpoint).setProject('empty').setKey(project.local.apiKey),
    );
    await old.createIntegerAttribute({ databaseId, collectionId, key: 'age', required: false, min: 0, max: 9 });
    const { attributes } = await old.listAttributes({ databaseId, collectionId });
    expect(attributes).toMatchObject([{ key: 'age', type: 'integer', min: 0, max: 9 }]);
    expect(await refusal(old.getAttribute({ databaseId, collectionId, key: 'no' }))).toBe('404 attribute_not_found');
  });

  it('cannot be created without a key', async () => {
    const stranger = new TablesDB(new Client().setEndpoint(project.local.endpoint).setProject('empty'));
    expect(await refusal(stranger.create({ databaseId: 'mine', name: 'Mine' }))).toBe('401 general_unauthorized_scope');
  });

  it('keep their rows when the process is replaced', async () => {
    const place = await makeTable();
    await project.remote.tables.createStringColumn({ ...place, key: 'title', size: 20, required: false });
    await availability(place);
    await project.remote.tables.createRow({ ...place, rowId: 'a', data: { title: 'kept' } });
    await project.restart();
    expect(await project.remote.tables.getRow({ ...place, rowId: 'a' })).toMatchObject({ title: 'kept' });
  });
});

function pathOf({ databaseId, tableId }: { databaseId: string; tableId: string }, part: string): string {
  return `/tablesdb/${databaseId}/tables/${tableId}/${part}`;
}

async function availability(place: { databaseId: string; tableId: string }): Promise<void> {
  await until(
    async () => {
      const { columns, indexes } = await project.remote.tables.getTable(place);
      return [...columns, ...indexes].every(({ status }) => String(status) === 'available') ? true : undefined;
    },
    { seconds: 10, what: 'columns' },
  );
}
