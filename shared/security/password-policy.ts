import { COMMON_PASSWORDS } from './common-passwords.ts';
import { normalise, type Unhashable, whyNotHashable } from './password-text.ts';

export type PasswordFault = Unhashable | 'password_too_short' | 'password_common' | 'password_is_username';

const MIN_CODE_POINTS = 8;
/** A date in eight digits, day or year first. */
const DATE = /^(?:[0-3]\d[0-3]\d(?:19|20)\d\d|(?:19|20)\d\d[0-3]\d[0-3]\d)$/;

let common: Set<string> | undefined;

/** Whether a lower-case password is easily guessed: on the list of common ones, or a date. */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(COMMON_PASSWORDS.trim().split('\n'));
  return common.has(password) || DATE.test(password);
}

/** Why the password may not be chosen, or undefined when it may. */
export function checkPassword(password: string, username: string): PasswordFault | undefined {
  const fault = whyNotHashable(password);
  if (fault) return fault;
  const composed = normalise(password);
  if ([...composed].length < MIN_CODE_POINTS) return 'password_too_short';
  const folded = composed.toLowerCase();
  if (folded === normalise(username).toLowerCase()) return 'password_is_username';
  return isCommonPassword(folded) ? 'password_common' : undefined;
}
