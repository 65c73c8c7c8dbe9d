import * as z from 'zod/mini';
import { Password, PersonName, Phone, RoleName, Username } from './fields.ts';

/** POST /login. Any text may be tried: what can be no username or no password is simply wrong. */
export const Credentials = z.strictObject({
  username: z.string().check(z.minLength(1), z.describe('The name you registered with, in any case.')),
  password: z.string().check(z.minLength(1), z.describe('The password.')),
});

/** POST /logout. */
export const LogoutOptions = z.strictObject({
  everywhere: z.optional(z.boolean()).check(z.describe('true ends every token of the account.')),
});

/** POST /user. */
export const Registration = z.strictObject({
  username: Username,
  password: Password,
  name: PersonName,
  phone: z.optional(z.nullable(Phone)),
});

const WHOSE = 'For admins: whose account. Left out, it is your own.';

/** PUT /user: one's own account, or for an admin that of `username`. */
export const AccountChange = z
  .strictObject({
    username: z.optional(Username).check(z.describe(WHOSE)),
    name: z.optional(PersonName),
    phone: z.optional(z.nullable(Phone)),
    password: z.optional(Password),
    currentPassword: z.optional(Password).check(z.describe('Your present password; needed to set another one.')),
  })
  .check((context) => {
    const { name, phone, password } = context.value;
    if (name !== undefined || phone !== undefined || password !== undefined) return;
    const message = 'must hold at least one of: name, phone, password';
    context.issues.push({ code: 'custom', input: context.value, message, params: { field: 'required' } });
  });

/** DELETE /user: one's own account with its password, or for an admin that of `username`. */
export const AccountErasure = z.strictObject({
  username: z.optional(Username).check(z.describe(WHOSE)),
  password: z.optional(Password).check(z.describe('Your password, to erase your own account.')),
});

/** PUT /user/role. */
export const RoleChange = z.strictObject({
  username: Username.check(z.describe('Whose role it is.')),
  role: RoleName,
});

/** GET /user. */
export const AccountQuery = z
  .strictObject({
    username: z.optional(Username).check(z.describe('Whose profile; your own when not sent.')),
    role: z
      .optional(z.enum(['staff', 'admin']))
      .check(z.describe('For staff and admins: the list of those who hold this role.')),
  })
  .check((context) => {
    const { username, role } = context.value;
    if (username === undefined || role === undefined) return;
    const message = 'asks for a list and does not go with username';
    context.issues.push({ code: 'custom', input: role, path: ['role'], message, params: { field: 'conflicting' } });
  });
