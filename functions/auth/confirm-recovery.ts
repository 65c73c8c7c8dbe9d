import { NewPassword } from '#shared/contract/account-requests.ts';
import { DEAD_TOKEN, EXAMPLE_PASSWORD } from '#shared/contract/examples.ts';
import { route } from '#shared/http/route.ts';

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
    examples: {
      gone: {
        summary: 'A link that was used, has ended or never was one',
        json: { token: DEAD_TOKEN, password: EXAMPLE_PASSWORD },
        answer: { code: 'token_gone', detail: 'This link does not count any more. Ask for a new one.' },
      },
      noToken: {
        summary: 'Without a token',
        json: { password: EXAMPLE_PASSWORD },
        answer: {
          code: 'invalid_fields',
          detail: 'token is required.',
          errors: [{ field: 'token', code: 'required', message: 'is required' }],
        },
      },
    },
  },
  async run({ body, deps }) {
    const { resetPassword } = await import('#shared/services/accounts/recovery.ts');
    await resetPassword(deps, body);
    return { status: 204 };
  },
});
