import type { Deps } from '#shared/compose.ts';
import { retryLater } from '#shared/domain/problems.ts';
import { HashQueueFull } from '#shared/security/passwords.ts';

/** Throws a 503 for HashQueueFull, and every other error unchanged. */
export function queueRefusal(error: unknown): never {
  if (error instanceof HashQueueFull) {
    throw retryLater('unavailable', 'Too many people are logging in at this moment.', { seconds: 2, cause: error });
  }
  throw error;
}

/** 503 if the hashing queue is full; called before any other work. */
export function refuseWhenFull({ hasher, address }: Deps): void {
  if (hasher().isFull(address)) queueRefusal(new HashQueueFull());
}
