import { listCategories } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { NO_CATEGORY } from '#shared/domain/categories.ts';

/** The categories to choose from, without their assignees and escalation, which are not public. */
export async function readCategories({ store }: Deps) {
  const rows = await listCategories(store);
  const choices = rows.filter(({ $id }) => $id !== NO_CATEGORY);
  return choices.map(({ $id: id, name, hoursToAcknowledge, daysUntilOverdue }) => ({
    id,
    name,
    hoursToAcknowledge,
    daysUntilOverdue,
  }));
}
