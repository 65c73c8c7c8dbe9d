import { type FieldCode, invalidField } from '#shared/domain/problems.ts';
import { checkPassword } from '#shared/security/password-policy.ts';

const WEAKNESSES = {
  password_too_short: 'must have at least 8 characters',
  password_too_long: 'must not be longer than 72 bytes in UTF-8',
  password_has_nul: 'must not contain a NUL character',
  password_ill_formed: 'must be well-formed Unicode text',
  password_common: 'is one of the most common passwords; choose another one',
  password_is_username: 'must not be the username',
} as const satisfies Partial<Record<FieldCode, string>>;

/** 422 for a password that the policy refuses. */
export function refuseWeakPassword(password: string, about: { username: string; field: string }): void {
  const weakness = checkPassword(password, about.username);
  if (weakness) throw invalidField(about.field, weakness, WEAKNESSES[weakness]);
}
