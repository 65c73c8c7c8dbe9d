import { NewPassword } from '#shared/contract/account-requests.ts';
import { EXAMPLE_PASSWORD } from '#shared/contract/examples.ts';
import { route } from '#shared/http/route.ts';
import { resetPassword } from '#shared/services/accounts/recovery.ts';
import { refusedLinks } from './link-examples.ts';

export const confirmRecovery = route({
  method: 'POST',
  path: '/recovery/confirm',
  id: 'confirmRecovery',
  access: 'public',
  body: { json: NewPassword },
  docs: {
    tag: 'Accounts',
    summary: 'Set a new password with the link of a mail',
    description:
      'Takes what stands behind `#reset=` in the link. Every token of the account ends, and its owner is told by mail. A password that is refused (422) uses nothing up. Nobody is logged in by it.',
    answers: { 204: { description: 'Set' } },
    refusals: ['token_gone', 'busy'],
    examples: refusedLinks({ password: EXAMPLE_PASSWORD }),
  },
  async run({ body, deps }) {
    await resetPassword(deps, body);
    return { status: 204 };
  },
});
