import { findByUsername } from '#shared/appwrite/accounts.ts';
import { findCategory } from '#shared/appwrite/complaints.ts';
import type { Category } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import { invalidField, type Refusal } from '#shared/domain/problems.ts';

async function findStaff(deps: Pick<Deps, 'store'>, raw: string): Promise<string | null> {
  const username = canonicalUsername(raw);
  const account = username === undefined ? undefined : await findByUsername(deps.store, username);
  return account && account.role !== 'user' ? account.username : null;
}

/** As an assignee: the actor. The username is reserved. */
export const ME = 'me';

/** 422 unless the assignee is the username of staff or an admin, `me` or null. */
export async function refuseUnknownAssignee(deps: Deps, username: string | null | undefined): Promise<void> {
  if (username === undefined || username === null || username === ME) return;
  if ((await findStaff(deps, username)) !== null) return;
  const message = 'must be the username of a staff member, or me; GET /user?role=staff lists them';
  throw invalidField('assignedTo', 'invalid_value', message, username);
}

/** 422 for a category that does not exist. */
export function unknownCategory(id: string): Refusal {
  return invalidField('category', 'invalid_value', 'must be one of GET /complain/categories', id);
}

/** The category of this id; undefined for null and for one that does not exist. */
export async function findCategoryById(deps: Deps, id: string | null | undefined): Promise<Category | undefined> {
  return id === undefined || id === null ? undefined : findCategory(deps.store, id);
}

/** The assignee of a category's complaints; null if that account is gone or no longer staff. */
export async function defaultAssignee(
  deps: Pick<Deps, 'store'>,
  category: Category | undefined,
): Promise<string | null> {
  return category?.assignee ? findStaff(deps, category.assignee) : null;
}
