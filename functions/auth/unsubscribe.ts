import { MailedToken } from '#shared/contract/account-requests.ts';
import { DEAD_TOKEN } from '#shared/contract/examples.ts';
import { route } from '#shared/http/route.ts';

export const unsubscribe = route({
  method: 'POST',
  path: '/email/unsubscribe',
  id: 'unsubscribe',
  access: 'public',
  body: { json: MailedToken },
  docs: {
    tag: 'Accounts',
    summary: 'Stop the mails, without logging in',
    description:
      'Takes what stands behind `#unsubscribe=` in the link that every such mail holds. `notify` becomes `none`; PUT /user turns mails on again. It may be repeated. Mails about the account itself still come.',
    answers: { 204: { description: 'Stopped' } },
    refusals: ['token_gone', 'busy'],
    examples: {
      gone: {
        summary: 'A link that was used, has ended or never was one',
        json: { token: DEAD_TOKEN },
        answer: { code: 'token_gone', detail: 'This link does not count any more. Ask for a new one.' },
      },
      noToken: {
        summary: 'Without a token',
        json: {},
        answer: {
          code: 'invalid_fields',
          detail: 'token is required.',
          errors: [{ field: 'token', code: 'required', message: 'is required' }],
        },
      },
    },
  },
  async run({ body, deps }) {
    const { unsubscribe: stopMails } = await import('#shared/services/accounts/recovery.ts');
    await stopMails(deps, body.token);
    return { status: 204 };
  },
});
