import { ID } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { echo } from './support/echo.ts';
import { useLocalAppwrite } from './support/harness.ts';

const server = useLocalAppwrite({ functions: { echo } });
const main = { databaseId: 'main', tableId: 'notes' };
const note = () => server.tables.createRow({ ...main, rowId: ID.unique(), data: { title: ID.unique(), number: 1 } });

/** Restarts on the same data; keeps the clock's offset. */
async function restart(): Promise<void> {
  const offset = server.appwrite.clock.offset();
  await server.restart();
  server.appwrite.clock.advance(offset);
}

describe('what survives a restart', () => {
  it('is an open transaction', async () => {
    const row = await note();
    const { $id: transactionId } = await server.tables.createTransaction();
    await server.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 }, transactionId });
    await restart();
    await server.tables.updateTransaction({ transactionId, commit: true });
    expect((await server.tables.getRow({ ...main, rowId: row.$id })).number).toBe(2);
  });

  it('is a scheduled execution, which runs when it is due', async () => {
    const scheduledAt = new Date(Math.ceil(server.appwrite.clock.now() / 60_000 + 1) * 60_000).toISOString();
    const execution = await server.functions.createExecution({ functionId: 'echo', async: true, scheduledAt });
    expect(execution.status).toBe('scheduled');
    await restart();
    server.appwrite.clock.advance(121_000);
    await server.appwrite.settle();
    const { status } = await server.functions.getExecution({ functionId: 'echo', executionId: execution.$id });
    expect(status).toBe('completed');
  });
});
