import * as z from 'zod/mini';
import { ROLES } from '#shared/domain/account.ts';
import {
  Email,
  LanguageName,
  MailToken,
  NotifyName,
  Password,
  PersonName,
  Phone,
  RoleName,
  Username,
} from './fields.ts';

/** POST /login. Accepts any text, since an impossible username or password is simply wrong. */
export const Credentials = z.lazy(() =>
  z.strictObject({
    username: z.string().check(z.minLength(1), z.describe('The name you registered with, in any case.')),
    password: z.string().check(z.minLength(1), z.describe('The password.')),
  }),
);

/** POST /logout. */
export const LogoutOptions = z.lazy(() =>
  z.strictObject({
    everywhere: z.optional(z.boolean()).check(z.describe('true ends every token of the account.')),
  }),
);

/** POST /user. */
export const Registration = z.lazy(() =>
  z.strictObject({
    username: Username,
    password: Password,
    name: PersonName,
    phone: z.optional(z.nullable(Phone)),
    email: z.optional(z.nullable(Email)),
    language: z.optional(LanguageName),
    notify: z.optional(NotifyName),
  }),
);

const WHOSE = 'For admins: whose account. Left out, it is your own.';

const CHANGEABLE = ['name', 'phone', 'password', 'email', 'language', 'notify'] as const;

/** PUT /user: one's own account, or for an admin that of `username`. */
export const AccountChange = z.lazy(() =>
  z
    .strictObject({
      username: z.optional(Username).check(z.describe(WHOSE)),
      name: z.optional(PersonName),
      phone: z.optional(z.nullable(Phone)),
      password: z.optional(Password),
      currentPassword: z
        .optional(Password)
        .check(z.describe('Your present password; needed to set another one, and for `email`.')),
      email: z
        .optional(z.nullable(Email))
        .check(
          z.describe(
            'Your address; null removes it. It counts once the link that is mailed to it was followed; the same address again has the mail sent again.',
          ),
        ),
      language: z.optional(LanguageName),
      notify: z.optional(NotifyName),
    })
    .check((context) => {
      if (CHANGEABLE.some((name) => context.value[name] !== undefined)) return;
      const message = `must hold at least one of: ${CHANGEABLE.join(', ')}`;
      context.issues.push({ code: 'custom', input: context.value, message, params: { field: 'required' } });
    }),
);

/** DELETE /user: one's own account with its password, or for an admin that of `username`. */
export const AccountErasure = z.lazy(() =>
  z.strictObject({
    username: z.optional(Username).check(z.describe(WHOSE)),
    password: z.optional(Password).check(z.describe('Your password, to erase your own account.')),
  }),
);

/** PUT /user/role. */
export const RoleChange = z.lazy(() =>
  z.strictObject({
    username: Username.check(z.describe('Whose role it is.')),
    role: RoleName,
  }),
);

/** POST /recovery: whose password is forgotten. */
export const RecoveryRequest = z.lazy(() =>
  z
    .strictObject({
      username: z.optional(Username).check(z.describe('The name of the account.')),
      email: z.optional(Email).check(z.describe('The address of the account, in place of its name.')),
    })
    .check((context) => {
      const { username, email } = context.value;
      if ((username === undefined) !== (email === undefined)) return;
      const message = 'must hold either username or email';
      const field = username === undefined ? 'required' : 'conflicting';
      context.issues.push({ code: 'custom', input: context.value, message, params: { field } });
    }),
);

/** POST /recovery/confirm. */
export const NewPassword = z.lazy(() => z.strictObject({ token: MailToken, password: Password }));

/** POST /email/confirm and POST /email/unsubscribe. */
export const MailedToken = z.lazy(() => z.strictObject({ token: MailToken }));

/** GET /user. */
export const AccountQuery = z.lazy(() =>
  z
    .strictObject({
      username: z.optional(Username).check(z.describe('Whose profile; your own when not sent.')),
      role: z
        .optional(z.enum(ROLES))
        .check(
          z.describe(
            'The list of those who hold this role: `staff` and `admin` for staff and admins, `user` for admins.',
          ),
        ),
      q: z
        .optional(z.string().check(z.maxLength(100)))
        .check(z.describe('For admins: accounts whose username, or a word of whose name, begins like this.')),
      after: z.optional(z.string().check(z.maxLength(500))).check(z.describe('The `next` of the page before.')),
    })
    .check((context) => {
      const { username, role, q } = context.value;
      if (username === undefined || (role === undefined && q === undefined)) return;
      const path = [role === undefined ? 'q' : 'role'];
      const message = 'asks for a list and does not go with username';
      context.issues.push({ code: 'custom', input: role ?? q, path, message, params: { field: 'conflicting' } });
    })
    .check((context) => {
      const { role, q, after } = context.value;
      if (after === undefined || role !== undefined || q !== undefined) return;
      const message = 'goes on with a list: send the role and q of its first page';
      context.issues.push({ code: 'custom', input: after, path: ['after'], message, params: { field: 'conflicting' } });
    }),
);

/** GET /user/export. */
export const ExportQuery = z.lazy(() =>
  z.strictObject({
    after: z.optional(z.string().check(z.maxLength(500))).check(z.describe('The `next` of the page before.')),
  }),
);
