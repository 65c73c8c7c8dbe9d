import { canonicalUsername } from './account.ts';
import { MAX_LEVELS } from './deadlines.ts';

/** The query `category=none` asks for complaints without a category, so a category with this id is never offered. */
export const NO_CATEGORY = 'none';

/**
 * The usernames in a category's `escalateTo`, one per level, at most three. Ignores case and leaves out invalid names.
 */
export function escalationOf(text: string | null): string[] {
  const names = (text ?? '').split(/[\s,;]+/).filter(Boolean);
  return names.flatMap((name) => canonicalUsername(name) ?? []).slice(0, MAX_LEVELS);
}
