import { ID } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { echo } from './support/echo.ts';
import { useWorld } from './support/harness.ts';

const world = useWorld({ functions: { echo } });
const main = { databaseId: 'main', tableId: 'notes' };
const note = () => world.tables.createRow({ ...main, rowId: ID.unique(), data: { title: ID.unique(), number: 1 } });

/** Restarts on the same data; keeps the clock's offset. */
async function restart(): Promise<void> {
  const offset = world.appwrite.clock.offset();
  await world.restart();
  world.appwrite.clock.advance(offset);
}

describe('what survives a restart', () => {
  it('is an open transaction', async () => {
    const row = await note();
    const { $id: transactionId } = await world.tables.createTransaction();
    await world.tables.updateRow({ ...main, rowId: row.$id, data: { number: 2 }, transactionId });
    await restart();
    await world.tables.updateTransaction({ transactionId, commit: true });
    expect((await world.tables.getRow({ ...main, rowId: row.$id })).number).toBe(2);
  });

  it('is a scheduled execution, which runs when it is due', async () => {
    const scheduledAt = new Date(Math.ceil(world.appwrite.clock.now() / 60_000 + 1) * 60_000).toISOString();
    const execution = await world.functions.createExecution({ functionId: 'echo', async: true, scheduledAt });
    expect(execution.status).toBe('scheduled');
    await restart();
    world.appwrite.clock.advance(121_000);
    await world.appwrite.settle();
    const { status } = await world.functions.getExecution({ functionId: 'echo', executionId: execution.$id });
    expect(status).toBe('completed');
  });
});
