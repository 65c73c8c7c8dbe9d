import { ApiError } from '../http/errors.ts';
import type { Condition } from '../rows/conditions.ts';
import type { Caller } from './caller.ts';

export type Action = 'create' | 'read' | 'update' | 'delete';

const roles = ['any', 'guests'];
const spelling =
  /^(create|read|update|delete|write)\("(any|guests|users(\/(un)?verified)?|(user|team|member|label):[^"]+)"\)$/;

/** A key passes everything; a stranger needs a grant to `any` or `guests`. */
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

/** The rows or files a stranger may see, by the permissions each one carries. */
export function visibleRows(caller: Caller): Condition {
  if (caller.kind === 'key') return { sql: '1', values: [] };
  const grants = grantsFor('read');
  return {
    sql: `EXISTS (SELECT 1 FROM json_each("$permissions") WHERE value IN (${grants.map(() => '?').join(', ')}))`,
    values: grants,
  };
}

/** Checks the spelling, opens `write` up, and lets strangers hand out only what they have themselves. */
export function readPermissions(caller: Caller, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && spelling.test(item))) {
    throw new ApiError(
      'general_argument_invalid',
      'Invalid `permissions` param: Permissions must be an array of permission strings.',
    );
  }
  const texts = value.map(String);
  if (caller.kind === 'guest' && texts.some((text) => !roles.some((role) => text.includes(`("${role}")`)))) {
    throw new ApiError('user_unauthorized', `Permissions must be one of: (${roles.join(', ')})`);
  }
  const open = texts.flatMap((text) =>
    text.startsWith('write(') ? ['update', 'delete'].map((name) => text.replace('write', name)) : [text],
  );
  return [...new Set(open)];
}
