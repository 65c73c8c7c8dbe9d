import { ID, Operator, TablesDB } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { echo } from './support/echo.ts';
import { makeClient, useLocalAppwrite } from './support/harness.ts';
import { refusal } from './support/refusal.ts';

const server = useLocalAppwrite({
  functions: { echo, reader: echo },
  settings: { reader: { scopes: ['rows.read'], timeout: 5 } },
});
const main = { databaseId: 'main', tableId: 'notes' };

const tablesFor = (key: string) => new TablesDB(makeClient(server.appwrite).setKey(key));

async function keyOf(functionId: string): Promise<{ key: string; executionId: string }> {
  const sent = await send(server.appwrite, { host: server.appwrite.functionHost(functionId) });
  const { headers } = JSON.parse(sent.body.toString());
  return { key: headers['x-appwrite-key'], executionId: headers['x-appwrite-execution-id'] };
}

describe('the key of an execution', () => {
  it('is refused at every call when it was changed', async () => {
    const { key } = await keyOf('reader');
    const [head, payload = '', signature] = key.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const more = Buffer.from(JSON.stringify({ ...claims, scopes: ['rows.read', 'rows.write'] })).toString('base64url');
    const forged = tablesFor([head, more, signature].join('.'));
    for (const _ of [1, 2]) expect(await refusal(forged.listRows(main))).toMatch(/^401 /);
    expect(await refusal(tablesFor(key).listRows(main))).toBe('not refused');
    expect(await refusal(forged.listRows(main))).toMatch(/^401 /);
  });
});

describe('the log of calls', () => {
  it('names the execution that made a call', async () => {
    const { key, executionId } = await keyOf('reader');
    const tables = tablesFor(key);
    await tables.listRows(main);
    await refusal(tables.getRow({ ...main, rowId: 'none' }));
    expect(server.appwrite.calls.of(executionId)).toMatchObject([
      { method: 'GET', path: '/v1/tablesdb/main/tables/notes/rows', status: 200 },
      { method: 'GET', path: '/v1/tablesdb/main/tables/notes/rows/none', status: 404, type: 'row_not_found' },
    ]);
  });
});

describe('a call that the local Appwrite does not support', () => {
  it('is refused: operators are not stored as text', async () => {
    const rowId = ID.unique();
    await server.tables.createRow({ ...main, rowId, data: { title: rowId, number: 1 } });
    const refused = '501 general_not_implemented_locally';
    const data = { number: Operator.multiply(2) };
    expect(await refusal(server.tables.updateRow({ ...main, rowId, data: data as never }))).toBe(refused);
    expect(await refusal(server.tables.updateRows({ ...main, data: { topic: Operator.toggle() } }))).toBe(refused);
    const { $id: transactionId } = await server.tables.createTransaction();
    const staged = { title: 'a', topic: ' {"values":["x"],"method":"stringConcat"}' };
    const create = { ...main, rowId: ID.unique(), data: staged, transactionId };
    expect(await refusal(server.tables.createRow(create))).toBe(refused);
    const operations = [
      { action: 'bulkCreate', databaseId: 'main', tableId: 'notes', data: [{ $id: 'a', ...staged }] },
    ];
    expect(await refusal(server.tables.createOperations({ transactionId, operations }))).toBe(refused);
  });

  it('is answered with 501', async () => {
    const headers = { 'x-appwrite-project': server.appwrite.projectId, 'x-appwrite-key': server.appwrite.apiKey };
    const sent = await send(server.appwrite, { path: '/v1/teams', headers });
    expect(sent.status).toBe(501);
    expect(JSON.parse(sent.body.toString())).toMatchObject({
      code: 501,
      type: 'general_not_implemented_locally',
      version: '1.9.6',
    });
  });
});
