import type { Remote } from './remote.ts';

/** In words; Appwrite counts no further than 5000. */
export async function countRows(tables: Remote['tables'], databaseId: string, tableId: string): Promise<string> {
  const { total } = await tables.listRows({ databaseId, tableId });
  return total >= 5000 ? '5000 rows or more' : total === 1 ? '1 row' : `${total} rows`;
}
