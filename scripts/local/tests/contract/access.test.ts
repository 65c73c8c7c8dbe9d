import { TablesDB } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { keyHeaders, send } from '../support/send.ts';
import { useContract } from './support/contract.ts';
import { echo } from './support/echo.ts';
import { notes } from './support/make-tables.ts';
import { refusal } from './support/refusal.ts';
import { clientOf } from './support/target.ts';

const contract = useContract({
  tables: [notes],
  functions: { reader: { source: echo, scopes: ['rows.read'], timeout: 5 } },
});
const main = { databaseId: contract.databaseId, tableId: 'notes' };

async function tablesOfExecution(): Promise<TablesDB> {
  const { responseBody } = await contract.functions.createExecution({ functionId: contract.functionId('reader') });
  const { headers } = JSON.parse(responseBody);
  return new TablesDB(clientOf(contract.target).setKey(headers['x-appwrite-key']));
}

describe('a key', () => {
  it('is refused if it is wrong, and so is a wrong project', async () => {
    const wrong = new TablesDB(clientOf(contract.target).setKey('guess'));
    expect(await refusal(wrong.listRows(main))).toBe('401 user_unauthorized');
    const elsewhere = new TablesDB(clientOf(contract.target).setProject('other').setKey(contract.target.apiKey));
    expect(await refusal(elsewhere.listRows(main))).toBe('404 project_not_found');
  });

  it('of an execution has the scopes of its function, and no others', async () => {
    const tables = await tablesOfExecution();
    expect(await refusal(tables.listRows(main))).toBe('not refused');
    const write = tables.createRow({ ...main, rowId: 'x', data: { title: 'x' } });
    expect(await refusal(write)).toBe('401 general_unauthorized_scope');
  });
});

describe('an empty row id', () => {
  it('addresses the whole table, as on a real Appwrite', async () => {
    await contract.tables.createRow({ ...main, rowId: 'only', data: { title: 'only' } });
    await send(contract.target, {
      method: 'DELETE',
      path: `/v1/tablesdb/${contract.databaseId}/tables/notes/rows/`,
      headers: keyHeaders(contract.target),
    });
    expect((await contract.tables.listRows(main)).total).toBe(0);
  });
});
