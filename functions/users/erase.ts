import { AccountErasure } from '#shared/contract/account-requests.ts';
import { EXAMPLE_PASSWORD } from '#shared/contract/examples.ts';
import { route } from '#shared/http/route.ts';
import { eraseAccount } from '#shared/services/accounts/erase-account.ts';

export const erase = route({
  method: 'DELETE',
  path: '/user',
  id: 'eraseAccount',
  access: 'account',
  body: { json: AccountErasure },
  docs: {
    tag: 'Accounts',
    summary: 'Erase an account',
    description:
      "One's own with `password`; an admin anybody's with `username`. Complaints stay, without a name. It cannot be undone.",
    answers: { 204: { description: 'Erased' } },
    refusals: ['forbidden', 'not_found', 'last_admin', 'busy', 'too_many_requests'],
    examples: {
      erased: { summary: "One's own", as: 'emil', json: { password: EXAMPLE_PASSWORD }, answer: { status: 204 } },
      stranger: {
        summary: "Another person's, asked for by a user",
        as: 'ada',
        json: { username: 'kim' },
        answer: { code: 'forbidden', detail: 'Only an admin may erase somebody else.' },
      },
      unknown: {
        summary: 'An unknown username',
        as: 'margaret',
        json: { username: 'unknown.name' },
        answer: { code: 'not_found', detail: 'There is no account of this username.' },
      },
    },
  },
  async run({ body, caller, deps }) {
    await eraseAccount(deps, await caller.actor(), body);
    return { status: 204 };
  },
});
