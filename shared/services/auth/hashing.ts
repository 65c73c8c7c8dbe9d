import { retryLater } from '#shared/domain/problems.ts';
import { HashQueueFull, type PasswordHasher } from '#shared/security/passwords.ts';

/** A full hashing queue is an early 503: waiting longer would only answer later. */
export function hashesRefusal(error: unknown): never {
  if (error instanceof HashQueueFull) {
    throw retryLater('unavailable', 'Too many people are logging in at this moment.', { seconds: 2, cause: error });
  }
  throw error;
}

/** To be asked before any work is done for a login: what cannot be served must cost as little as can be. */
export function refuseWhenFull(hasher: PasswordHasher): void {
  if (hasher.isFull()) hashesRefusal(new HashQueueFull());
}
