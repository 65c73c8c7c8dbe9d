import { canonicalUsername } from './account.ts';
import { MAX_LEVELS } from './deadlines.ts';

/** `category=none` asks for complaints without one, so a category of this id could not be listed: there is none. */
export const NO_CATEGORY = 'none';

/** The usernames in a category's `escalateTo`, one per level, at most three; spaces, capitals and what is no username are forgiven. */
export function escalationOf(text: string | null): string[] {
  const names = (text ?? '').split(/[\s,;]+/).filter(Boolean);
  return names.flatMap((name) => canonicalUsername(name) ?? []).slice(0, MAX_LEVELS);
}
