import { AccountChange } from '#shared/contract/account-requests.ts';
import { EXAMPLE_PASSWORD, profileOf } from '#shared/contract/examples.ts';
import { Profile } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { changeAccount } from '#shared/services/accounts/change-account.ts';
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
      'Name, phone, password, e-mail address, language, what you are mailed about. Your own password and address need `currentPassword`; an admin resets name, phone and password of another `username` without it. A new password ends every token of the account, this one too. A first address shows at once as not confirmed; another one is `emailPending` until the link that is mailed to it is followed, and the present one is told. The same address again has the mail sent again.',
    answers: { 200: { description: 'Changed', schema: Profile } },
    refusals: ['forbidden', 'not_found', 'busy', 'too_many_requests'],
    examples: {
      renamed: {
        summary: 'A new name',
        as: 'dora',
        json: { name: 'Dora Maar' },
        answer: { status: 200, body: profileOf('dora', 'Dora Maar') },
      },
      firstAddress: {
        summary: 'A first e-mail address',
        as: 'fred',
        json: { email: 'fred@example.com', currentPassword: EXAMPLE_PASSWORD, language: 'de' },
        answer: {
          status: 200,
          body: { ...profileOf('fred', 'Test Person'), email: 'fred@example.com', language: 'de' },
        },
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
          detail: 'body must hold at least one of: name, phone, password, email, language, notify.',
          errors: [
            {
              field: 'body',
              code: 'required',
              message: 'must hold at least one of: name, phone, password, email, language, notify',
            },
          ],
        },
      },
    },
  },
  async run({ body, caller, deps }) {
    const asking = caller.actor();
    const account = await changeAccount(deps, asking, { ...body, accountId: caller.accountId });
    return { status: 200, body: presentProfile(account, await asking) };
  },
});
