import { MailedToken } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { confirmAddress } from '#shared/services/accounts/recovery.ts';
import { refusedLinks } from './link-examples.ts';

export const confirmEmail = route({
  method: 'POST',
  path: '/email/confirm',
  id: 'confirmEmail',
  access: 'public',
  body: { json: MailedToken },
  docs: {
    tag: 'Accounts',
    summary: 'Confirm an e-mail address with the link of a mail',
    description:
      'Takes what stands behind `#confirm=` in the link. The address counts from now on; one that it replaces is told. The link counts for an hour, once; sending the same address to PUT /user has another one mailed.',
    answers: { 204: { description: 'Confirmed' } },
    refusals: ['token_gone', 'busy'],
    examples: refusedLinks({}),
  },
  async run({ body, deps }) {
    await confirmAddress(deps, body.token);
    return { status: 204 };
  },
});
