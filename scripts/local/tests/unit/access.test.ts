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

async function keyOf(functionId: string): Promise<{ tables: TablesDB; executionId: string }> {
  const sent = await send(server.appwrite, { host: server.appwrite.functionHost(functionId) });
  const { headers } = JSON.parse(sent.body.toString());
  const client = makeClient(server.appwrite).setKey(headers['x-appwrite-key']);
  return { tables: new TablesDB(client), executionId: headers['x-appwrite-execution-id'] };
}

describe('the log of calls', () => {
  it('names the execution that made a call', async () => {
    const { tables, executionId } = await keyOf('reader');
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
