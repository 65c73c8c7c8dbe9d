import { Query, type TablesDB } from 'node-appwrite';
import { FIRST_CATEGORIES } from '../project/categories.ts';
import { type Change, databaseOf, type Planning } from './change.ts';
import { waitForTables } from './plan-columns.ts';
import { undefinedIfMissing } from './remote.ts';

/**
 * Creates the first categories while there are no accounts, so that a table which an admin emptied later stays empty.
 */
export async function planSeed(planning: Planning): Promise<Change[]> {
  const { remote, declared } = planning;
  const databaseId = databaseOf(declared);
  if (!declared.tables.some(({ $id }) => $id === 'categories')) return [];
  const [categories, users] = await Promise.all([
    isEmpty(remote.tables, databaseId, 'categories'),
    isEmpty(remote.tables, databaseId, 'users'),
  ]);
  if (!categories || !users) return [];
  const apply = async () => {
    await waitForTables(remote, databaseId);
    for (const { id: rowId, ...data } of FIRST_CATEGORIES) {
      await remote.tables.upsertRow({ databaseId, tableId: 'categories', rowId, data });
    }
  };
  return [{ area: 'data', action: 'create', subject: 'first categories', why: 'are missing', apply }];
}

async function isEmpty(tables: TablesDB, databaseId: string, tableId: string): Promise<boolean> {
  const answer = await undefinedIfMissing(tables.listRows({ databaseId, tableId, queries: [Query.limit(1)] }));
  return (answer?.rows.length ?? 0) === 0;
}
