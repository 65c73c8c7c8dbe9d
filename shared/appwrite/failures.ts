import { AppwriteException } from 'node-appwrite';
import { type Refusal, retryLater } from '#shared/domain/problems.ts';

/** The `type` of an Appwrite error answer, or undefined when the error is not one (network, bad JSON, an HTML page). */
export function appwriteType(error: unknown): string | undefined {
  return error instanceof AppwriteException && error.type !== '' ? error.type : undefined;
}

/** Whether the failure of Appwrite or the network is temporary, so that the same call may succeed soon. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof AppwriteException)) return true;
  return error.code === 429 || error.code >= 500 || error.type === '';
}

/** Whether a failed write may have taken effect: true for everything but a clear refusal by Appwrite. */
export function isAmbiguous(error: unknown): boolean {
  return !(error instanceof AppwriteException) || error.code >= 500 || error.type === '';
}

/** Whether Appwrite itself gave no answer; the call may not have reached it. */
export function isUnanswered(error: unknown): boolean {
  return !(error instanceof AppwriteException) || error.type === '';
}

/** A 503 for the client. What Appwrite said is only logged. */
export function unavailable(cause: unknown): Refusal {
  return retryLater('unavailable', 'The service cannot reach its storage right now.', {
    seconds: 2,
    cause,
  });
}
