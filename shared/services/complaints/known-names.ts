import { findByUsername } from '#shared/appwrite/accounts.ts';
import type { Category } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { isSafeId } from '#shared/domain/ids.ts';
import { invalidField } from '#shared/domain/problems.ts';

/** 422 unless the complaint can be given to this person: staff or admin by username, or nobody (null). */
export async function refuseUnknownAssignee(deps: Deps, username: string | null | undefined): Promise<void> {
  if (username === undefined || username === null) return;
  const account = await findByUsername(deps.store, username);
  if (account && account.role !== 'user') return;
  throw invalidField(
    'assignedTo',
    'invalid_value',
    'must be the username of a staff member; GET /user?role=staff lists them',
  );
}

/** The category a complaint names, undefined for none; 422 for one that there is not. */
export async function refuseUnknownCategory(deps: Deps, id: string | null | undefined): Promise<Category | undefined> {
  if (id === undefined || id === null) return undefined;
  const category = isSafeId(id) ? await deps.store.categories.find(id) : undefined;
  if (category) return category;
  throw invalidField('category', 'invalid_value', 'is not a category; GET /complain/categories lists them');
}
