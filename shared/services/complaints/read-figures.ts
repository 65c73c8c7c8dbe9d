import { listCategories } from '#shared/appwrite/complaints.ts';
import { ALL_STATUS_TALLIES, categoryTally, NOTHING, readTallies, statusTally } from '#shared/appwrite/tallies.ts';
import type { Deps } from '#shared/compose.ts';
import { STATUSES } from '#shared/domain/status.ts';

/** The public figures, from the kept totals: hidden complaints are not among them. */
export async function readFigures({ store }: Deps) {
  const categories = await listCategories(store);
  const tallies = await readTallies(store, [...ALL_STATUS_TALLIES, ...categories.map((row) => categoryTally(row.$id))]);
  const visible = (id: string) => (tallies.get(id) ?? NOTHING).visible;
  const byStatus = STATUSES.map((status) => ({ status, count: visible(statusTally(status)) }));
  return {
    total: byStatus.reduce((sum, { count }) => sum + count, 0),
    byStatus,
    byCategory: categories.map((row) => ({
      category: row.$id,
      name: row.name,
      count: visible(categoryTally(row.$id)),
    })),
  };
}
