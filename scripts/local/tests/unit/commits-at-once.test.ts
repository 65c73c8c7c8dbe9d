import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { guest } from '../../src/access/caller.ts';
import { assemble } from '../../src/assemble.ts';
import type { EngineName } from '../../src/database/engine.ts';
import { tableKey } from '../../src/project/types.ts';
import { makeProject } from './support/project.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/**
 * Two rows, and transactions that add one to each of the named rows, in that order. Commits without HTTP, so that they
 * really overlap.
 */
function meeting(database: EngineName) {
  const project = makeProject();
  const { platform } = assemble({ dataDir: join(project.folder, 'data'), config: project.config, database });
  closing.push(() => {
    platform.database.close();
    project.remove();
  });
  const { transactions, writer, rows } = platform;
  const table = platform.project.tables.get(tableKey('main', 'notes'));
  if (!table) throw new Error('no table');
  for (const $id of ['a', 'b']) writer.create(table, { $id, title: $id, number: 1 });
  const adding = (...rowIds: string[]) => {
    const { $id } = transactions.create(60);
    const step = { action: 'increment', databaseId: 'main', tableId: 'notes', data: { column: 'number', value: 1 } };
    const operations = rowIds.map((rowId) => ({ ...step, rowId }));
    transactions.stage($id, operations, { caller: { ...guest, kind: 'key' }, stagingCall: 'operations' });
    return $id;
  };
  const commit = async (all: string[][]) => {
    const ids = all.map((rowIds) => adding(...rowIds));
    const endings = await Promise.allSettled(ids.map((id) => transactions.commit(id)));
    const refused = endings.map((ending) => (ending.status === 'rejected' ? ending.reason.type : 'done'));
    return { refused, statuses: ids.map((id) => transactions.log.find(id)?.status) };
  };
  return { commit, numbers: () => ['a', 'b'].map((id) => rows.find(table, id)?.number) };
}

describe('concurrent commits', () => {
  it('on one row wait for each other on MariaDB, in whatever order they take the rows', async () => {
    const { commit, numbers } = meeting('mariadb');
    expect(await commit([['a', 'b'], ['b', 'a'], ['a']])).toMatchObject({ refused: ['done', 'done', 'done'] });
    expect(numbers()).toEqual([4, 3]);
  });

  it('on one row: the first succeeds and the second fails on MongoDB', async () => {
    const { commit, numbers } = meeting('mongodb');
    const { refused, statuses } = await commit([['a'], ['a'], ['b']]);
    expect(refused).toEqual(['done', 'transaction_failed', 'done']);
    expect(statuses).toEqual(['committed', 'failed', 'committed']);
    expect(numbers()).toEqual([2, 2]);
  });

  it('on two rows in opposite orders deadlock on PostgreSQL, which leaves one `committing`', async () => {
    const { commit, numbers } = meeting('postgresql');
    const { refused, statuses } = await commit([['a', 'b'], ['b', 'a'], ['a']]);
    expect(refused).toEqual(['done', 'general_unknown', 'done']);
    expect(statuses).toEqual(['committed', 'committing', 'committed']);
    expect(numbers()).toEqual([3, 2]);
  });
});
