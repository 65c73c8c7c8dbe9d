/** What no password may be, because bcrypt would not see it whole. */
export type Unhashable = 'password_too_long' | 'password_has_nul' | 'password_ill_formed';

/** bcrypt reads no further. */
const MAX_BYTES = 72;
/** Composing shortens no text to a quarter, so what is longer than this needs no composing to be refused. */
const MAX_UNITS = 4 * MAX_BYTES;

/** What bcrypt would not see whole: it stops at 72 bytes, repeats what ends in NUL, and lone surrogates all look alike. */
export function whyNotHashable(password: string): Unhashable | undefined {
  if (password.length > MAX_UNITS) return 'password_too_long';
  if (!password.isWellFormed()) return 'password_ill_formed';
  if (password.includes('\0')) return 'password_has_nul';
  return Buffer.byteLength(normalise(password)) > MAX_BYTES ? 'password_too_long' : undefined;
}

/** The one spelling of a text in which it is hashed and compared. */
export function normalise(text: string): string {
  return text.normalize('NFC');
}
