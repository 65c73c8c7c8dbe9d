import { AccountErasure } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { eraseAccount } from '#shared/services/accounts/erase-account.ts';

export const erase = route({
  method: 'DELETE',
  path: '/user',
  id: 'eraseAccount',
  access: 'account',
  body: { json: AccountErasure },
  async run({ body, caller, deps }) {
    await eraseAccount(deps, await caller.actor(), body);
    return { status: 204 };
  },
});
