import { RecoveryRequest } from '#shared/contract/account-requests.ts';
import { Accepted } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { requestRecovery } from '#shared/services/accounts/recovery.ts';

export const recover = route({
  method: 'POST',
  path: '/recovery',
  id: 'requestRecovery',
  access: 'public',
  body: { json: RecoveryRequest },
  docs: {
    tag: 'Accounts',
    summary: 'Ask for a link to set a new password',
    description:
      'The answer is the same whoever is asked for. If there is such an account and its e-mail address is confirmed, a mail with a link goes there, at most five an hour; for an address, one for each account that has it. The link counts for an hour, once, and a newer one ends it.',
    answers: { 202: { description: 'Taken', schema: Accepted } },
    refusals: ['too_many_requests'],
    examples: {
      byName: { summary: 'By username', json: { username: 'ada' }, answer: { status: 202, body: {} } },
      unknown: {
        summary: 'An address that nobody has',
        json: { email: 'nobody@example.com' },
        answer: { status: 202, body: {} },
      },
      nobody: {
        summary: 'Neither name nor address',
        json: {},
        answer: {
          code: 'invalid_fields',
          detail: 'body must hold either username or email.',
          errors: [{ field: 'body', code: 'required', message: 'must hold either username or email' }],
        },
      },
    },
  },
  async run({ body, deps }) {
    await requestRecovery(deps, body);
    return { status: 202, body: {} };
  },
});
