import { AccountChange } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';

export const changeProfile = route({
  method: 'PUT',
  path: '/user',
  id: 'changeProfile',
  access: 'account',
  body: { json: AccountChange },
  async run({ body, caller, deps }) {
    const { changeAccount } = await import('#shared/services/accounts/change-account.ts');
    const account = await changeAccount(deps, await caller.actor(), body);
    return { status: 200, body: presentProfile(account) };
  },
});
