import { ApiError } from '../http/errors.ts';

/** Who calls: a stranger, or the holder of an API key. There are no Appwrite users here. */
export type Caller =
  | { kind: 'guest'; scopes: readonly string[] }
  | { kind: 'key'; scopes: readonly string[]; executionId?: string; functionId?: string };

const guestScopes = [
  'documents.read',
  'documents.write',
  'rows.read',
  'rows.write',
  'files.read',
  'files.write',
  'execution.write',
  'executions.write',
  'public',
];

export const guest: Caller = { kind: 'guest', scopes: guestScopes };

export function requireScope(caller: Caller, scopes: readonly string[]): void {
  const allowed =
    scopes.length === 0 || scopes.some((scope) => caller.scopes.includes(scope) || caller.scopes.includes('*'));
  if (allowed) return;
  const who = caller.kind === 'key' ? 'app@local (role: applications)' : 'User (role: guests)';
  throw new ApiError('general_unauthorized_scope', `${who} missing scopes (${JSON.stringify(scopes)})`);
}
