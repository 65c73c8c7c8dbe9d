import { ID, Query } from 'node-appwrite';
import { afterEach, describe, expect, it } from 'vitest';
import { useWorld } from './support/harness.ts';

/** Writes down what it is told, in another table than it listens to. */
const listener = `
const { Client, TablesDB, ID } = require(${JSON.stringify(import.meta.resolve('node-appwrite').replace('file://', '').replace('.mjs', '.js'))});
module.exports = async ({ req, res }) => {
  const client = new Client().setEndpoint(process.env.APPWRITE_FUNCTION_API_ENDPOINT)
    .setProject(process.env.APPWRITE_FUNCTION_PROJECT_ID).setKey(req.headers['x-appwrite-key']);
  await new TablesDB(client).createRow({ databaseId: 'main', tableId: 'heard', rowId: ID.unique(),
    data: { trigger: req.headers['x-appwrite-trigger'], event: req.headers['x-appwrite-event'] ?? null,
      method: req.method + ' ' + req.path, body: req.bodyText, headers: JSON.stringify(req.headers) } });
  return res.text('failed', 500);
};`;

const text = { type: 'string', required: false, array: false, default: null, size: 5000 };
const table = (id: string, keys: string[]) => ({
  $id: id,
  databaseId: 'main',
  name: id,
  rowSecurity: false,
  $permissions: [],
  columns: keys.map((key) => ({ ...text, key })),
  indexes: [],
});

const world = useWorld({
  tables: [table('things', ['name']), table('heard', ['trigger', 'event', 'method', 'body', 'headers'])],
  functions: { modern: listener, legacy: listener, hourly: listener },
  settings: {
    modern: {
      execute: [],
      events: ['databases.main.tables.things.rows.*.delete', 'databases.*.tables.things.rows.*.create'],
    },
    legacy: { execute: [], events: ['databases.main.collections.things.documents.*.update'] },
    hourly: { execute: [], schedule: '0 * * * *' },
  },
});
const things = { databaseId: 'main', tableId: 'things' };

async function heard() {
  await world.appwrite.settle();
  const found = await world.tables.listRows({ databaseId: 'main', tableId: 'heard', queries: [Query.limit(1000)] });
  return found.rows.map((row) => ({
    event: row.event,
    trigger: row.trigger,
    method: row.method,
    body: row.body && JSON.parse(row.body),
    headers: JSON.parse(row.headers),
  }));
}

async function clear() {
  await world.appwrite.settle();
  await world.tables.deleteRows({ ...things });
  await world.appwrite.settle();
  await world.tables.deleteRows({ databaseId: 'main', tableId: 'heard' });
}

afterEach(clear);

describe('an event', () => {
  it('of a deleted row carries the row, and is delivered once although the function fails', async () => {
    await world.tables.createRow({ ...things, rowId: 'a', data: { name: 'A' } });
    await world.tables.deleteRow({ ...things, rowId: 'a' });
    const [created, deleted, ...others] = await heard();
    expect(others).toEqual([]);
    expect(created?.event).toBe('databases.main.collections.things.documents.a.create');
    expect(deleted).toMatchObject({
      event: 'databases.main.tables.things.rows.a.delete',
      trigger: 'event',
      method: 'POST /',
      body: { $id: 'a', name: 'A', $tableId: 'things', $databaseId: 'main', $permissions: [] },
      headers: { 'content-type': 'application/json', 'user-agent': 'Appwrite/1.9.6' },
    });
    expect(deleted?.headers).not.toHaveProperty('x-appwrite-client-ip');
  });

  it('reaches a subscription in the older spelling under its newer name', async () => {
    await world.tables.createRow({ ...things, rowId: 'b', data: { name: 'B' } });
    await world.tables.updateRow({ ...things, rowId: 'b', data: { name: 'C' } });
    expect((await heard()).map(({ event }) => event)).toContain('databases.main.tables.things.rows.b.update');
  });

  it('of a bulk delete has the older name, and stops at a hundred rows', async () => {
    const rows = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ $id: `r${from + index}`, name: 'x' }));
    await world.tables.createRows({ ...things, rows: rows(0, 100) });
    await world.tables.createRows({ ...things, rows: rows(100, 30) });
    await world.appwrite.settle();
    const { total, rows: answered } = await world.tables.deleteRows({ ...things });
    expect({ total, answered: answered.length }).toEqual({ total: 130, answered: 100 });
    const names = (await heard()).map(({ event }) => event);
    expect(names.filter((name) => name.endsWith('.delete'))).toHaveLength(100);
    expect(names).toContain('databases.main.collections.things.documents.r0.delete');
  });

  it('is sent at the commit of a transaction, but for bulk operations never', async () => {
    await world.tables.createRow({ ...things, rowId: 'one', data: { name: '1' } });
    await world.tables.createRow({ ...things, rowId: 'two', data: { name: '2' } });
    const { $id: transactionId } = await world.tables.createTransaction();
    await world.tables.deleteRow({ ...things, rowId: 'one', transactionId });
    await world.tables.deleteRows({ ...things, queries: [Query.equal('name', '2')], transactionId });
    expect((await heard()).filter(({ event }) => event.endsWith('.delete'))).toEqual([]);
    await world.tables.updateTransaction({ transactionId, commit: true });
    const [deleted, ...others] = (await heard()).filter(({ event }) => event.endsWith('.delete'));
    expect(others).toEqual([]);
    expect(deleted?.body).toMatchObject({ $id: 'one', name: '1', $tableId: 'things', $collectionId: 'things' });
    expect(deleted?.body).not.toHaveProperty('$databaseId');
    expect((await world.tables.listRows(things)).total).toBe(0);
  });
});

describe('cron', () => {
  it('runs a function when its time has come, with nothing in the body', async () => {
    world.appwrite.clock.advance(60 * 60 * 1000);
    expect(await heard()).toMatchObject([{ trigger: 'schedule', event: null, method: 'POST /', body: '' }]);
  });
});

describe('an execution put off', () => {
  it('runs when its time has come, also after a restart', async () => {
    const scheduledAt = new Date(world.appwrite.clock.now() + 90_000).toISOString();
    const execution = await world.functions.createExecution({
      functionId: 'modern',
      async: true,
      scheduledAt,
      body: ID.unique(),
    });
    expect(execution.status).toBe('scheduled');
    const offset = world.appwrite.clock.offset();
    await world.restart();
    world.appwrite.clock.advance(offset + 91_000);
    await world.appwrite.settle();
    const { status } = await world.functions.getExecution({ functionId: 'modern', executionId: execution.$id });
    expect(status).toBe('failed');
  });
});
