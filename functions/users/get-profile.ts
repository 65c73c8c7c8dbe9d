import { AccountQuery } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';
import { listAccounts, readAccount } from '#shared/services/accounts/read-account.ts';

export const getProfile = route({
  method: 'GET',
  path: '/user',
  id: 'getProfile',
  access: 'account',
  query: AccountQuery,
  async run({ query, caller, deps }) {
    const actor = await caller.actor();
    if (query.role !== undefined) {
      const accounts = await listAccounts(deps, actor, query.role);
      return { status: 200, body: { items: accounts.map(presentProfile), total: accounts.length } };
    }
    return { status: 200, body: presentProfile(await readAccount(deps, actor, query.username)) };
  },
});
