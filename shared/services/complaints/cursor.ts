import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Config } from '#shared/config.ts';
import { invalidField } from '#shared/domain/problems.ts';

/** The secrets that encrypt cursors. */
export type CursorSecrets = Pick<Config, 'tokenSecret' | 'previousTokenSecret'>;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const keyFrom = (secret: string) => createHash('sha256').update(`cursor\0${secret}`).digest();

/**
 * An opaque cursor with `value`, encrypted with AES-256-GCM: it cannot be forged, and hides ids of complaints that the
 * client may not see. `kind` binds it to one list and sort order.
 */
export function sealCursor({ tokenSecret }: CursorSecrets, kind: string, value: unknown): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyFrom(tokenSecret), nonce).setAAD(Buffer.from(kind));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

function unseal(secret: string, kind: string, bytes: Buffer): unknown {
  const decipher = createDecipheriv(CIPHER, keyFrom(secret), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(kind));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES);
  return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8'));
}

/** Decrypts a cursor of this kind with the present or the previous secret; 422 for any other text. */
export function openCursor(secrets: CursorSecrets, kind: string, text: string): unknown {
  const bytes = Buffer.from(text, 'base64url');
  // Buffer ignores invalid characters; this accepts one spelling only.
  const wellFormed = bytes.toString('base64url') === text && bytes.length > NONCE_BYTES + TAG_BYTES;
  const known = [secrets.tokenSecret, secrets.previousTokenSecret].filter((secret) => secret !== undefined);
  for (const secret of wellFormed ? known : []) {
    try {
      return unseal(secret, kind, bytes);
    } catch {
      // Another secret or list, or not a cursor.
    }
  }
  throw invalidField('after', 'invalid_format', 'must be the `next` of a page of the same list, with the same sort');
}
