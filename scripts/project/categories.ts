import { type Client, TablesDB } from 'node-appwrite';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';

/** The categories of a new project; admins edit them in the console. */
export const FIRST_CATEGORIES = [
  { id: 'roads', name: 'Roads and pavements', daysUntilOverdue: 14 },
  { id: 'lighting', name: 'Street lighting', daysUntilOverdue: 7 },
  { id: 'waste', name: 'Waste and litter', daysUntilOverdue: 5 },
  { id: 'water', name: 'Water and drains', daysUntilOverdue: 3 },
  { id: 'noise', name: 'Noise', daysUntilOverdue: 10 },
  { id: 'other', name: 'Something else', daysUntilOverdue: null },
] as const;

/** Fills the table of categories if it is empty. */
export async function seedCategories(client: Client): Promise<void> {
  const tables = new TablesDB(client);
  const table = { databaseId: DATABASE_ID, tableId: 'categories' };
  const { total } = await tables.listRows(table);
  if (total > 0) return;
  for (const { id, ...data } of FIRST_CATEGORIES) await tables.createRow({ ...table, rowId: id, data });
}
