import { ApiError, invalidParam } from '../http/errors.ts';
import type { Condition } from '../rows/conditions.ts';
import type { Caller } from './caller.ts';

export type Action = 'create' | 'read' | 'update' | 'delete';

const roles = ['any', 'guests'];
const spelling =
  /^(create|read|update|delete|write)\("(any|guests|users(\/(un)?verified)?|(user|team|member|label):[^"]+)"\)$/;

/** A key may do everything; a guest needs a permission for `any` or `guests`. */
export function granted(caller: Caller, action: Action, permissions: readonly string[]): boolean {
  if (caller.kind === 'key') return true;
  return permissions.some((permission) => grantsFor(action).includes(permission));
}

export function requireGrant(caller: Caller, action: Action, permissions: readonly string[]): void {
  if (granted(caller, action, permissions)) return;
  throw unauthorized(action, permissions);
}

export function unauthorized(action: Action, permissions: readonly string[]): ApiError {
  return new ApiError(
    'user_unauthorized',
    `No permissions provided for action '${action}'. Only "${JSON.stringify(permissions)}" scopes are allowed.`,
  );
}

function grantsFor(action: Action): string[] {
  const names = action === 'read' ? [action] : [action, 'write'];
  return names.flatMap((name) => roles.map((role) => `${name}("${role}")`));
}

/** Selects the rows or files whose own permissions let the caller read them. */
export function visibleRows(caller: Caller): Condition {
  if (caller.kind === 'key') return { sql: '1', values: [] };
  const grants = grantsFor('read');
  return {
    sql: `EXISTS (SELECT 1 FROM json_each("$permissions") WHERE value IN (${grants.map(() => '?').join(', ')}))`,
    values: grants,
  };
}

/** Whether it is a list of valid permission strings. */
export function arePermissions(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && spelling.test(item));
}

/** Checks the syntax and expands `write`. Guests may grant permissions only to `any` and `guests`. */
export function readPermissions(caller: Caller, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!arePermissions(value) || value.length > 100) {
    throw invalidParam('permissions', 'Permissions must be an array of at most 100 permission strings.');
  }
  if (caller.kind === 'guest' && value.some((text) => !roles.some((role) => text.includes(`("${role}")`)))) {
    throw new ApiError('user_unauthorized', `Permissions must be one of: (${roles.join(', ')})`);
  }
  return opened(value);
}

/** Removes duplicates and expands `write` to `update` and `delete`. */
export function opened(permissions: readonly string[]): string[] {
  const open = permissions.flatMap((text) =>
    text.startsWith('write(') ? ['update', 'delete'].map((name) => text.replace('write', name)) : [text],
  );
  return [...new Set(open)];
}
