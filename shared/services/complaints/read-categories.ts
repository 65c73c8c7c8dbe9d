import { listCategories } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';

/** What may be chosen. Who a category is given to is the desk's business. */
export async function readCategories({ store }: Deps) {
  const rows = await listCategories(store);
  return rows.map((row) => ({ id: row.$id, name: row.name, daysUntilOverdue: row.daysUntilOverdue }));
}
