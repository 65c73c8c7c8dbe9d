import { comeBack } from '#shared/domain/problems.ts';
import { HashQueueFull } from '#shared/security/passwords.ts';

/** A full hashing queue is an early 503: waiting longer would only answer later. */
export function hashesRefusal(error: unknown): never {
  if (error instanceof HashQueueFull) {
    throw comeBack('unavailable', 'Too many people are logging in at this moment.', { seconds: 2, cause: error });
  }
  throw error;
}
