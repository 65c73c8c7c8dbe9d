import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Query, TablesDB } from 'node-appwrite';
import { afterAll, describe, expect, it } from 'vitest';
import { startLocalAppwrite } from '../../src/index.ts';
import { makeProject, notes } from './support/project.ts';
import { refusal } from './support/refusal.ts';

const project = makeProject();
const table = { databaseId: 'main', tableId: 'notes' };
afterAll(() => project.remove());

async function withTables<T>(tables: object[], work: (client: TablesDB) => Promise<T>): Promise<T> {
  const config = { projectId: 'test', tablesDB: [{ $id: 'main', name: 'Main' }], tables, buckets: [], functions: [] };
  writeFileSync(project.config, JSON.stringify(config));
  const local = await startLocalAppwrite({ dataDir: join(project.folder, 'data'), config: project.config });
  try {
    const client = new Client().setEndpoint(local.endpoint).setProject(local.projectId).setKey(local.apiKey);
    return await work(new TablesDB(client));
  } finally {
    await local.close();
  }
}

const colour = { key: 'colour', type: 'string', size: 20, required: false, array: false, default: null };

describe('an extended project file', () => {
  it('adds its new columns and indexes to existing rows at the next start', async () => {
    await withTables([notes], async (tables) => {
      await tables.createRow({ ...table, rowId: 'old', data: { title: 'a lamp', topic: 'x' } });
      await tables.createRow({ ...table, rowId: 'older', data: { title: 'a road', topic: 'y' } });
    });
    const grown = {
      ...notes,
      columns: [...(notes.columns as object[]), colour],
      indexes: [
        ...(notes.indexes as object[]),
        { key: 'titleWords', type: 'fulltext', columns: ['title'], orders: [] },
        { key: 'topicOnce', type: 'unique', columns: ['topic'], orders: ['ASC'] },
      ],
    };
    await withTables([grown], async (tables) => {
      const { rows } = await tables.listRows({ ...table, queries: [Query.search('title', 'lamp')] });
      expect(rows).toMatchObject([{ $id: 'old', colour: null }]);
      const updated = await tables.updateRow({ ...table, rowId: 'old', data: { colour: 'red' } });
      expect(updated.colour).toBe('red');
      const again = tables.createRow({ ...table, rowId: 'new', data: { title: 'b', topic: 'X' } });
      expect(await refusal(again)).toBe('409 row_already_exists');
    });
  });
});
