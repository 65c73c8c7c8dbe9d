import { AccountErasure } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';

export const erase = route({
  method: 'DELETE',
  path: '/user',
  id: 'eraseAccount',
  access: 'account',
  body: { json: AccountErasure },
  async run({ body, caller, deps }) {
    const { eraseAccount } = await import('#shared/services/accounts/erase-account.ts');
    await eraseAccount(deps, await caller.actor(), body);
    return { status: 204 };
  },
});
