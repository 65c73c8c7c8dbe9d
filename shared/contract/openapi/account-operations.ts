import * as z from 'zod/mini';
import { Profile, ProfileList } from '#shared/contract/responses.ts';
import type { OperationText } from './operation.ts';
import { EXAMPLE_PASSWORD, profileOf } from './people.ts';

const tag = 'Accounts';

/** The function `users`. */
export const accountOperations: Readonly<Record<string, OperationText>> = {
  register: {
    tag,
    summary: 'Register',
    description:
      'Opens an account with the role `user`. An erased account keeps its name for ever, so that nobody can pose as somebody who left.',
    answers: { 201: { description: 'Registered', schema: Profile } },
    refusals: ['username_taken', 'too_many_requests'],
    examples: {
      registered: {
        summary: 'A new account',
        json: {
          username: 'Katherine',
          password: EXAMPLE_PASSWORD,
          name: 'Katherine Johnson',
          phone: '+49 170 1234567',
        },
        answer: {
          status: 201,
          body: { ...profileOf('ada', 'Katherine Johnson'), username: 'katherine', phone: '+491701234567' },
        },
      },
      taken: {
        summary: 'The name is taken',
        as: 'ada',
        json: { username: 'ADA', password: EXAMPLE_PASSWORD, name: 'Another Ada' },
        answer: { code: 'username_taken', detail: 'This username is taken. Choose another one.' },
      },
      wrongName: {
        summary: 'A username that cannot be',
        json: { username: '1st', password: EXAMPLE_PASSWORD, name: 'First' },
        answer: {
          code: 'invalid_fields',
          detail: 'username must be an ASCII letter, then letters, digits, _ . or -, 3 to 32 in all.',
          errors: [
            {
              field: 'username',
              code: 'invalid_format',
              message: 'must be an ASCII letter, then letters, digits, _ . or -, 3 to 32 in all',
            },
          ],
        },
      },
    },
  },
  getProfile: {
    tag,
    summary: 'Read a profile, or list the staff',
    description:
      "Without `username`: one's own profile. Staff and admins read anybody's, and with `role=staff` the list of those a complaint can be assigned to.",
    answers: { 200: { description: 'The profile, or the list', schema: z.union([Profile, ProfileList]) } },
    refusals: ['forbidden', 'not_found'],
    examples: {
      own: { summary: "One's own", as: 'ada', answer: { status: 200, body: profileOf('ada', 'Ada Lovelace') } },
      staff: {
        summary: 'The staff',
        as: 'grace',
        query: { role: 'staff' },
        answer: { status: 200, body: { items: [profileOf('grace', 'Grace Hopper')], total: 1 } },
      },
      stranger: {
        summary: 'Somebody else, and not staff',
        as: 'ada',
        query: { username: 'kim' },
        answer: { code: 'forbidden', detail: 'Only staff may read the profile of others.' },
      },
      nobody: {
        summary: 'Nobody of that name',
        as: 'grace',
        query: { username: 'nobody.at.all' },
        answer: { code: 'not_found', detail: 'There is no account of this username.' },
      },
    },
  },
  changeProfile: {
    tag,
    summary: 'Change a profile',
    description:
      'Name, phone, password. Your own password needs `currentPassword`; an admin resets that of another `username` without it. A new password ends every token of the account, this one too.',
    answers: { 200: { description: 'Changed', schema: Profile } },
    refusals: ['forbidden', 'not_found', 'busy', 'too_many_requests'],
    examples: {
      renamed: {
        summary: 'Another name',
        as: 'dora',
        json: { name: 'Dora Maar' },
        answer: { status: 200, body: profileOf('dora', 'Dora Maar') },
      },
      wrongPassword: {
        summary: 'The present password is wrong',
        as: 'dora',
        json: { password: 'another-horse-10', currentPassword: 'not-the-one' },
        answer: { code: 'forbidden', detail: 'The present password is wrong.' },
      },
      nothing: {
        summary: 'Nothing to change',
        as: 'dora',
        json: {},
        answer: {
          code: 'invalid_fields',
          detail: 'body must hold at least one of: name, phone, password.',
          errors: [{ field: 'body', code: 'required', message: 'must hold at least one of: name, phone, password' }],
        },
      },
    },
  },
  eraseAccount: {
    tag,
    summary: 'Erase an account',
    description:
      "One's own with `password`; an admin anybody's with `username`. Complaints stay, without a name. It cannot be undone.",
    answers: { 204: { description: 'Erased' } },
    refusals: ['forbidden', 'not_found', 'last_admin', 'busy', 'too_many_requests'],
    examples: {
      erased: { summary: "One's own", as: 'emil', json: { password: EXAMPLE_PASSWORD }, answer: { status: 204 } },
      stranger: {
        summary: "Somebody else's, and not an admin",
        as: 'ada',
        json: { username: 'kim' },
        answer: { code: 'forbidden', detail: 'Only an admin may erase somebody else.' },
      },
      nobody: {
        summary: 'Nobody of that name',
        as: 'margaret',
        json: { username: 'nobody.at.all' },
        answer: { code: 'not_found', detail: 'There is no account of this username.' },
      },
    },
  },
  setRole: {
    tag,
    summary: 'Give a role',
    description:
      "Admins only; not one's own, and never the last admin's. It counts from the next request on, whatever token the person holds.",
    answers: { 200: { description: 'Given', schema: Profile } },
    refusals: ['forbidden', 'not_found', 'last_admin', 'busy'],
    examples: {
      given: {
        summary: 'The same role again changes nothing',
        as: 'margaret',
        needs: ['kim'],
        json: { username: 'kim', role: 'user' },
        answer: { status: 200, body: profileOf('kim', 'Kim Example') },
      },
      notAdmin: {
        summary: 'Not an admin',
        as: 'grace',
        json: { username: 'kim', role: 'staff' },
        answer: { code: 'forbidden', detail: 'Only admin may do this.' },
      },
      noSuchRole: {
        summary: 'No such role',
        as: 'margaret',
        json: { username: 'kim', role: 'boss' },
        answer: {
          code: 'invalid_fields',
          detail: 'role must be one of: user, staff, admin.',
          errors: [{ field: 'role', code: 'invalid_value', message: 'must be one of: user, staff, admin' }],
        },
      },
    },
  },
};
