import { TablesDB } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { echo } from './support/echo.ts';
import { makeClient, useWorld } from './support/harness.ts';
import { refusal } from './support/refusal.ts';
import { send } from './support/send.ts';

const world = useWorld({
  functions: { echo, reader: echo },
  settings: { reader: { scopes: ['rows.read'], timeout: 5 } },
});
const main = { databaseId: 'main', tableId: 'notes' };

async function keyOf(functionId: string): Promise<{ tables: TablesDB; executionId: string }> {
  const sent = await send(world.appwrite, { host: world.appwrite.functionHost(functionId) });
  const { headers } = JSON.parse(sent.body.toString());
  const client = makeClient(world.appwrite).setKey(headers['x-appwrite-key']);
  return { tables: new TablesDB(client), executionId: headers['x-appwrite-execution-id'] };
}

describe('a key', () => {
  it('that is wrong is refused, and so is a wrong project', async () => {
    const wrong = new TablesDB(makeClient(world.appwrite).setKey('guess'));
    expect(await refusal(wrong.listRows(main))).toBe('401 user_unauthorized');
    const elsewhere = new TablesDB(makeClient(world.appwrite).setProject('other').setKey(world.appwrite.apiKey));
    expect(await refusal(elsewhere.listRows(main))).toBe('404 project_not_found');
  });

  it('of an execution can do what its function may, and no more', async () => {
    const { tables } = await keyOf('reader');
    expect(await refusal(tables.listRows(main))).toBe('not refused');
    const write = tables.createRow({ ...main, rowId: 'x', data: { title: 'x' } });
    expect(await refusal(write)).toBe('401 general_unauthorized_scope');
  });

  it('of an execution dies a minute after the function would have', async () => {
    const { tables } = await keyOf('reader');
    world.appwrite.clock.advance(64_000);
    expect(await refusal(tables.listRows(main))).toBe('not refused');
    world.appwrite.clock.advance(2_000);
    expect(await refusal(tables.listRows(main))).toBe('401 user_unauthorized');
  });
});

describe('the log of calls', () => {
  it('knows which execution made which call', async () => {
    const { tables, executionId } = await keyOf('reader');
    await tables.listRows(main);
    await refusal(tables.getRow({ ...main, rowId: 'none' }));
    expect(world.appwrite.calls.of(executionId)).toMatchObject([
      { method: 'GET', path: '/v1/tablesdb/main/tables/notes/rows', status: 200 },
      { method: 'GET', path: '/v1/tablesdb/main/tables/notes/rows/none', status: 404, type: 'row_not_found' },
    ]);
  });
});

describe('a call the local Appwrite does not know', () => {
  it('is answered 501, loudly', async () => {
    const sent = await send(world.appwrite, { path: '/v1/teleport' });
    expect(sent.status).toBe(501);
    expect(JSON.parse(sent.body.toString())).toMatchObject({
      code: 501,
      type: 'general_not_implemented_locally',
      version: '1.9.6',
    });
  });
});

describe('a row id of nothing', () => {
  it('reaches the whole table, as on the real one', async () => {
    await world.tables.createRow({ ...main, rowId: 'only', data: { title: 'only' } });
    await send(world.appwrite, {
      method: 'DELETE',
      path: '/v1/tablesdb/main/tables/notes/rows/',
      headers: { 'x-appwrite-project': 'test', 'x-appwrite-key': world.appwrite.apiKey },
    });
    expect((await world.tables.listRows(main)).total).toBe(0);
  });
});
