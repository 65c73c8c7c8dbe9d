import { Query } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { heardTable, listener } from './support/listener.ts';
import { uniqueName } from './support/names.ts';
import { until } from './support/until.ts';

const contract = useContract({
  tables: [
    { id: 'things', columns: [{ kind: 'string', key: 'name' }] },
    { id: 'doomed', columns: [{ kind: 'string', key: 'name' }] },
    heardTable,
  ],
  functions: (databaseId) => {
    const common = { source: listener, execute: [], scopes: ['rows.write'], variables: { DATABASE_ID: databaseId } };
    const things = `databases.${databaseId}.tables.things.rows.*`;
    return {
      modern: { ...common, events: [`${things}.delete`, 'databases.*.tables.things.rows.*.create'] },
      legacy: { ...common, events: [`databases.${databaseId}.collections.things.documents.*.update`] },
      doom: { ...common, events: [`databases.${databaseId}.tables.doomed.rows.*.delete`] },
      upserts: { ...common, events: [`${things}.upsert`] },
    };
  },
});
const { databaseId } = contract;
const things = { databaseId, tableId: 'things' };
const named = (id: string, action: string, spelling = 'tables.things.rows') =>
  `databases.${databaseId}.${spelling}.${id}.${action}`;
const legacy = 'collections.things.documents';

/** The deliveries whose event name contains `part`, once at least `atLeast` have arrived and no more follow. */
async function heard(part: string, atLeast: number) {
  const ask = () =>
    contract.tables.listRows({
      databaseId,
      tableId: 'heard',
      queries: [Query.contains('event', part), Query.limit(500)],
    });
  await until(`${atLeast} events of ${part}`, async () => (await ask()).total >= atLeast);
  await contract.target.settle();
  const { rows } = await ask();
  return rows.map(({ event, trigger, method, body, headers }) => ({
    ...{ event, trigger, method },
    body: body && JSON.parse(body),
    headers: JSON.parse(headers),
  }));
}

const create = (rowId: string, name = 'a') => contract.tables.createRow({ ...things, rowId, data: { name } });

describe('an event', () => {
  it('of a deleted row carries the row, and is delivered once although the function fails', async () => {
    const id = uniqueName();
    await create(id, 'A');
    await contract.tables.deleteRow({ ...things, rowId: id });
    const told = await heard(id, 2);
    expect(told.map(({ event }) => event).sort()).toEqual([named(id, 'create', legacy), named(id, 'delete')].sort());
    const deleted = told.find(({ event }) => event === named(id, 'delete'));
    expect(deleted).toMatchObject({
      trigger: 'event',
      method: 'POST /',
      body: { $id: id, name: 'A', $tableId: 'things', $databaseId: databaseId, $permissions: [] },
      headers: { 'content-type': 'application/json' },
    });
    expect(deleted?.body).toHaveProperty('$sequence');
    expect(deleted?.headers['x-appwrite-key']).toBeTruthy();
    expect(deleted?.headers).not.toHaveProperty('x-appwrite-client-ip');
    expect(deleted?.headers).not.toHaveProperty('x-appwrite-user-id');
  });

  it('reaches a subscription to the older name under its newer name', async () => {
    const id = uniqueName();
    await create(id);
    await contract.tables.updateRow({ ...things, rowId: id, data: { name: 'C' } });
    expect((await heard(id, 2)).map(({ event }) => event)).toContain(named(id, 'update'));
  });

  it('of an upsert is named upsert, whether a row was created or changed', async () => {
    const id = uniqueName();
    await contract.tables.upsertRow({ ...things, rowId: id, data: { name: 'x' } });
    await contract.tables.upsertRow({ ...things, rowId: id, data: { name: 'y' } });
    const events = (await heard(id, 2)).map(({ event }) => event);
    expect(events).toEqual([named(id, 'upsert'), named(id, 'upsert')]);
  });

  it('of a bulk delete has the older name, and is sent for a hundred rows at most', async () => {
    const prefix = uniqueName();
    const rows = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ $id: `${prefix}-${from + index}`, name: prefix }));
    await contract.tables.createRows({ ...things, rows: rows(0, 100) });
    await contract.tables.createRows({ ...things, rows: rows(100, 30) });
    await heard(prefix, 130);
    const queries = [Query.equal('name', prefix)];
    const { total, rows: answered } = await contract.tables.deleteRows({ ...things, queries });
    expect({ total, answered: answered.length }).toEqual({ total: 130, answered: 100 });
    const names = (await heard(prefix, 230)).map(({ event }) => event).filter((name) => name.endsWith('.delete'));
    expect(names).toHaveLength(100);
    expect(names.every((name) => name.startsWith(`databases.${databaseId}.${legacy}.${prefix}-`))).toBe(true);
  });

  it('is sent at the commit of a transaction, but not for bulk operations', async () => {
    const [one, two] = [uniqueName(), uniqueName()];
    await create(one, one);
    await create(two, two);
    const { $id: transactionId } = await contract.tables.createTransaction();
    await contract.tables.deleteRow({ ...things, rowId: one, transactionId });
    await contract.tables.deleteRows({ ...things, queries: [Query.equal('name', two)], transactionId });
    await heard(one, 1);
    expect((await heard(two, 1)).filter(({ event }) => event.endsWith('.delete'))).toEqual([]);
    await contract.tables.updateTransaction({ transactionId, commit: true });
    const deleted = (await heard(one, 2)).find(({ event }) => event.endsWith('.delete'));
    expect(deleted?.body).toMatchObject({ $id: one, name: one, $tableId: 'things', $collectionId: 'things' });
    expect(deleted?.body).not.toHaveProperty('$databaseId');
    expect((await heard(two, 1)).filter(({ event }) => event.endsWith('.delete'))).toEqual([]);
    expect((await contract.tables.listRows({ ...things, queries: [Query.equal('$id', [one, two])] })).total).toBe(0);
  });

  it('is not sent for the rows of a deleted table', async () => {
    const doomed = { databaseId, tableId: 'doomed' };
    const [before, within] = [uniqueName(), uniqueName()];
    for (const rowId of [before, within]) await contract.tables.createRow({ ...doomed, rowId, data: { name: rowId } });
    await contract.tables.deleteRow({ ...doomed, rowId: before });
    expect(await heard(before, 1)).toHaveLength(1);
    await contract.tables.deleteTable(doomed);
    expect(await heard(within, 0)).toEqual([]);
  });
});
