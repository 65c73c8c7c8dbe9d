import type { Reply } from './call.ts';
import { ApiError, type OddError } from './errors.ts';

/** An error as Appwrite words it. */
export function errorReply(error: ApiError | OddError): Reply {
  const headers = error instanceof ApiError ? error.headers : {};
  const body = { message: error.message, code: error.status, type: error.type, version: '1.9.6' };
  return { status: error.status, headers, body };
}
