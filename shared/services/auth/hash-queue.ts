import type { Deps } from '#shared/compose.ts';
import { retryLater } from '#shared/domain/problems.ts';
import { HashQueueFull } from '#shared/security/passwords.ts';

/** Turns HashQueueFull into a 503; rethrows everything else. */
export function queueRefusal(error: unknown): never {
  if (error instanceof HashQueueFull) {
    throw retryLater('unavailable', 'Too many people are logging in at this moment.', { seconds: 2, cause: error });
  }
  throw error;
}

/** 503, before any other work, when the hashing queue has no room. */
export function refuseWhenFull({ hasher, address }: Deps): void {
  if (hasher().isFull(address)) queueRefusal(new HashQueueFull());
}
