import { ExportQuery } from '#shared/contract/account-requests.ts';
import { profileOf } from '#shared/contract/examples.ts';
import { AccountExport } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { exportAccount as readAll } from '#shared/services/accounts/export-account.ts';

export const exportAccount = route({
  method: 'GET',
  path: '/user/export',
  id: 'exportAccount',
  access: 'account',
  query: ExportQuery,
  docs: {
    tag: 'Accounts',
    summary: 'Read all that is kept about you',
    description:
      'Your account, and the complaints you have filed, anonymous and hidden ones too, each with what you have written in its timeline and how you rated it, and those you follow. Twenty complaints and 100 followed ones a page: follow `next` with `after`. Passwords are kept as hashes only and are left out.',
    answers: { 200: { description: 'A page of it', schema: AccountExport } },
    refusals: [],
    examples: {
      nothingFiled: {
        summary: 'Somebody who has filed nothing',
        as: 'gina',
        answer: {
          status: 200,
          body: { account: profileOf('gina', 'Test Person'), complaints: [], follows: [], next: null },
        },
      },
      noToken: {
        summary: 'Without a token',
        answer: { code: 'token_missing', detail: 'Send the token you got from POST /login in the header TOKEN.' },
      },
    },
  },
  async run({ query, caller, deps }) {
    return { status: 200, body: await readAll(deps, await caller.actor(), query.after) };
  },
});
