import { TablesDB } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { useContract } from './support/contract.ts';
import { echo } from './support/echo.ts';
import { heardTable, listener } from './support/listener.ts';
import { notes } from './support/make-tables.ts';
import { uniqueName } from './support/names.ts';
import { refusal } from './support/refusal.ts';
import { clientOf } from './support/target.ts';
import { until } from './support/until.ts';

const contract = useContract({
  tables: [notes, heardTable],
  bucket: { fileSecurity: true },
  functions: (databaseId) => ({
    reader: { source: echo, scopes: ['rows.read'], timeout: 5 },
    hourly: {
      source: listener,
      execute: [],
      schedule: '* * * * *',
      scopes: ['rows.write'],
      variables: { DATABASE_ID: databaseId },
    },
  }),
});
const { databaseId, bucketId } = contract;
const main = { databaseId, tableId: 'notes' };

/** A real Appwrite needs the real time, more than a minute per test. */
const patient = { timeout: 200_000 };
const later = () => contract.target.pass(70_000);

describe('after a minute', () => {
  it('a transaction of sixty seconds has expired', patient, async () => {
    const rowId = uniqueName();
    await contract.tables.createRow({ ...main, rowId, data: { title: rowId, number: 1 } });
    const { $id: transactionId } = await contract.tables.createTransaction({ ttl: 60 });
    await contract.tables.updateRow({ ...main, rowId, data: { number: 2 }, transactionId });
    await later();
    const stage = contract.tables.updateRow({ ...main, rowId, data: { number: 3 }, transactionId });
    expect(await refusal(stage)).toBe('500 transaction_expired');
    const commit = contract.tables.updateTransaction({ transactionId, commit: true });
    expect(await refusal(commit)).toBe('500 transaction_expired');
  });

  it('the key of an execution has expired', patient, async () => {
    const { responseBody } = await contract.functions.createExecution({ functionId: contract.functionId('reader') });
    const key = JSON.parse(responseBody).headers['x-appwrite-key'];
    const tables = new TablesDB(clientOf(contract.target).setKey(key));
    expect(await refusal(tables.listRows(main))).toBe('not refused');
    await later();
    expect(await refusal(tables.listRows(main))).toMatch(/^401 /);
  });

  it('a file token has expired', patient, async () => {
    const fileId = uniqueName();
    await contract.storage.createFile({ bucketId, fileId, file: InputFile.fromBuffer(Buffer.from('x'), 'a.txt') });
    const now = Date.now() + (await shift());
    const expire = new Date(now + 60_000).toISOString();
    const { secret } = await contract.tokens.createFileToken({ bucketId, fileId, expire });
    const { projectId } = contract.target;
    const path = `/v1/storage/buckets/${bucketId}/files/${fileId}/view?project=${projectId}&token=${secret}`;
    expect((await send(contract.target, { path })).status).toBe(200);
    await later();
    expect((await send(contract.target, { path })).status).toBeGreaterThanOrEqual(401);
  });

  it('cron has run a function, with an empty body', patient, async () => {
    await later();
    const ask = () => contract.tables.listRows({ databaseId, tableId: 'heard' });
    await until('the schedule', async () => (await ask()).total > 0);
    const [told] = (await ask()).rows;
    expect(told).toMatchObject({ trigger: 'schedule', event: null, method: 'POST /', body: '' });
    expect(JSON.parse(told?.headers)).not.toHaveProperty('x-appwrite-event');
  });
});

/** Milliseconds by which the server's clock is ahead of this one. */
async function shift(): Promise<number> {
  const { $createdAt } = await contract.tables.createTransaction();
  return Date.parse($createdAt) - Date.now();
}
