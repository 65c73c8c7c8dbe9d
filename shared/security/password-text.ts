/** Why bcrypt cannot hash a text completely. */
export type Unhashable = 'password_too_long' | 'password_has_nul' | 'password_ill_formed';

/** bcrypt ignores everything beyond 72 bytes. */
const MAX_BYTES = 72;
/** NFC shortens a text to a quarter at most, so longer ones are refused without composing them. */
const MAX_UNITS = 4 * MAX_BYTES;

/**
 * The reason why bcrypt cannot hash a password completely; undefined when it can. bcrypt reads at most 72 bytes and
 * hashes `a` and `a\0a` alike; lone surrogates have no UTF-8.
 */
export function whyNotHashable(password: string): Unhashable | undefined {
  if (password.length > MAX_UNITS) return 'password_too_long';
  if (!password.isWellFormed()) return 'password_ill_formed';
  if (password.includes('\0')) return 'password_has_nul';
  return Buffer.byteLength(normalise(password)) > MAX_BYTES ? 'password_too_long' : undefined;
}

/** The spelling (NFC) in which a password is hashed and compared. */
export function normalise(text: string): string {
  return text.normalize('NFC');
}
