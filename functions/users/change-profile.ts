import { AccountChange } from '#shared/contract/account-requests.ts';
import { profileOf } from '#shared/contract/examples.ts';
import { Profile } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';

export const changeProfile = route({
  method: 'PUT',
  path: '/user',
  id: 'changeProfile',
  access: 'account',
  body: { json: AccountChange },
  docs: {
    tag: 'Accounts',
    summary: 'Change a profile',
    description:
      'Name, phone, password. Your own password needs `currentPassword`; an admin resets that of another `username` without it. A new password ends every token of the account, this one too.',
    answers: { 200: { description: 'Changed', schema: Profile } },
    refusals: ['forbidden', 'not_found', 'busy', 'too_many_requests'],
    examples: {
      renamed: {
        summary: 'A new name',
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
  async run({ body, caller, deps }) {
    const { changeAccount } = await import('#shared/services/accounts/change-account.ts');
    const account = await changeAccount(deps, await caller.actor(), body);
    return { status: 200, body: presentProfile(account) };
  },
});
