import { ApiError } from '../http/errors.ts';

/** A guest, or the holder of an API key. Users cannot log in here. */
export type Caller =
  | { kind: 'guest'; scopes: readonly string[] }
  | { kind: 'key'; scopes: readonly string[]; executionId?: string; functionId?: string };

const guestScopes = [
  'global',
  'public',
  'documents.read',
  'documents.write',
  'rows.read',
  'rows.write',
  'files.read',
  'files.write',
  'locale.read',
  'execution.write',
  'executions.write',
];

/** Scopes that every key has besides its own. */
export const keyScopes = ['global', 'health.read'];

export const guest: Caller = { kind: 'guest', scopes: guestScopes };

/** Throws unless the caller has one of the scopes; an empty list allows everyone. */
export function requireScope(caller: Caller, scopes: readonly string[]): void {
  const allowed = scopes.length === 0 || scopes.some((scope) => caller.scopes.includes(scope));
  if (allowed) return;
  const who = caller.kind === 'key' ? 'app@local (role: applications)' : 'User (role: guests)';
  throw new ApiError('general_unauthorized_scope', `${who} missing scopes (${JSON.stringify(scopes)})`);
}
