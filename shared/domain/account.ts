export const ROLES = ['user', 'staff', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The languages of mails; the first is the default. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Which mails about complaints a person wants. */
export const NOTIFY = ['all', 'important', 'none'] as const;
export type Notify = (typeof NOTIFY)[number];
export const DEFAULT_LANGUAGE: Language = 'en';
export const DEFAULT_NOTIFY: Notify = 'important';

export const LINK_PURPOSES = ['confirm', 'reset'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** The person who makes a request, read from the stored account and not from the token. */
export type Actor = { id: string; username: string; role: Role };

export const USERNAME_PATTERN = /^[a-z][a-z0-9_.-]{2,31}$/;

const RESERVED = new Set([
  'admin',
  'administrator',
  'anonymous',
  'api',
  'everyone',
  'me',
  'moderator',
  'none',
  'null',
  'root',
  'self',
  'service',
  'staff',
  'support',
  'system',
  'undefined',
  'user',
]);

/** The canonical spelling of a username, or undefined if it is invalid. Only ASCII letters are lower-cased. */
export function canonicalUsername(raw: string): string | undefined {
  const lower = raw.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return USERNAME_PATTERN.test(lower) ? lower : undefined;
}

/** Whether the name is reserved. Compares the canonical spelling exactly. */
export function isReservedUsername(canonical: string): boolean {
  return RESERVED.has(canonical);
}
