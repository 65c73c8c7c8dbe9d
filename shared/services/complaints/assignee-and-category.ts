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

/** As an assignee: whoever asks. It is no username, since it is reserved. */
export const ME = 'me';

/** 422 unless the complaint can be given to this person: staff or admin by username, whoever asks (`me`), or nobody (null). */
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

/** Who gets the complaints of a category; nobody when that person has left or works here no more. */
export async function defaultAssignee(
  deps: Pick<Deps, 'store'>,
  category: Category | undefined,
): Promise<string | null> {
  return category?.assignee ? findStaff(deps, category.assignee) : null;
}
