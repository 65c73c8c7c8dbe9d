import { MailedToken } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { unsubscribe as stopMails } from '#shared/services/accounts/recovery.ts';
import { refusedLinks } from './link-examples.ts';

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
    examples: refusedLinks({}),
  },
  async run({ body, deps }) {
    await stopMails(deps, body.token);
    return { status: 204 };
  },
});
