import { LogoutOptions } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { logout as logOut } from '#shared/services/auth/logout.ts';

export const logout = route({
  method: 'POST',
  path: '/logout',
  id: 'logout',
  access: 'account',
  body: { json: LogoutOptions },
  docs: {
    tag: 'Accounts',
    summary: 'Log out',
    description: 'Ends this token; `{"everywhere": true}` ends every token of the account. The body may be left out.',
    answers: { 204: { description: 'Logged out' } },
    refusals: ['busy'],
    examples: {
      thisToken: { summary: 'Only this token', as: 'bert', json: {}, answer: { status: 204 } },
      everywhere: { summary: 'All tokens', as: 'cleo', json: { everywhere: true }, answer: { status: 204 } },
      noToken: {
        summary: 'Without a token',
        json: {},
        answer: { code: 'token_missing', detail: 'Send the token you got from POST /login in the header TOKEN.' },
      },
    },
  },
  async run({ body, caller, deps }) {
    const actor = await caller.actor();
    const { tokenId, tokenExpiresAt: expiresAt } = caller;
    await logOut(deps, { actor, tokenId, expiresAt, everywhere: body.everywhere ?? false });
    return { status: 204 };
  },
});
