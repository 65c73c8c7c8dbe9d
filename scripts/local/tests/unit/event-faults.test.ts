import { ID, Query } from 'node-appwrite';
import { afterEach, describe, expect, it } from 'vitest';
import { useLocalAppwrite } from './support/harness.ts';
import { notes } from './support/project.ts';

const listener = `
module.exports = async ({ req, res }) => {
  const answer = await fetch(process.env.APPWRITE_FUNCTION_API_ENDPOINT + '/tablesdb/main/tables/heard/rows', {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-appwrite-key': req.headers['x-appwrite-key'],
      'x-appwrite-project': process.env.APPWRITE_FUNCTION_PROJECT_ID },
    body: JSON.stringify({ rowId: 'unique()', data: { title: req.headers['x-appwrite-execution-id'], topic: req.bodyJson.$id } }),
  });
  return res.text('ok', answer.status);
};`;

const server = useLocalAppwrite({
  tables: [notes, { ...notes, $id: 'heard' }],
  functions: { listener },
  settings: { listener: { events: ['databases.main.tables.notes.rows.*.create'] } },
});

afterEach(() => server.appwrite.faults.clear());

async function note(): Promise<string> {
  const rowId = ID.unique();
  await server.tables.createRow({ databaseId: 'main', tableId: 'notes', rowId, data: { title: rowId } });
  return rowId;
}

/** Indexes of the rows whose events arrived, in the order of arrival. */
async function heard(...ids: string[]): Promise<number[]> {
  await server.appwrite.settle();
  const queries = [Query.equal('topic', ids), Query.orderAsc('$sequence')];
  const { rows } = await server.tables.listRows({ databaseId: 'main', tableId: 'heard', queries });
  return rows.map(({ topic }) => ids.indexOf(topic));
}

describe('an event', () => {
  it('arrives once and in order when nothing is wrong', async () => {
    expect(await heard(await note(), await note(), await note())).toEqual([0, 1, 2]);
  });

  it('is lost', async () => {
    server.appwrite.faults.add({ kind: 'event-lost', nth: 2 });
    expect(await heard(await note(), await note(), await note())).toEqual([0, 2]);
  });

  it('is doubled', async () => {
    server.appwrite.faults.add({ kind: 'event-doubled', event: 'databases.*.tables.notes.rows.*.create' });
    expect(await heard(await note(), await note())).toEqual([0, 0, 1]);
  });

  it('is delayed and overtaken by later ones', async () => {
    server.appwrite.faults.add({ kind: 'event-delayed', functionId: 'listener', milliseconds: 900 });
    const ids = [await note(), await note(), await note()];
    expect(await heard(...ids)).toEqual([1, 2, 0]);
  });

  it('swaps places with the next one', async () => {
    server.appwrite.faults.add({ kind: 'events-swapped', milliseconds: 60_000 });
    expect(await heard(await note(), await note(), await note())).toEqual([1, 0, 2]);
  });

  it('is not affected by faults of other events or functions', async () => {
    server.appwrite.faults.add({ kind: 'event-lost', event: 'databases.*.tables.heard.rows.*.create' });
    server.appwrite.faults.add({ kind: 'event-lost', functionId: 'another' });
    expect(await heard(await note())).toEqual([0]);
  });
});
