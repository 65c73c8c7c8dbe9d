import { RoleChange } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';

export const setRole = route({
  method: 'PUT',
  path: '/user/role',
  id: 'setRole',
  access: 'account',
  needsUsername: true,
  roles: ['admin'],
  body: { json: RoleChange },
  async run({ body, caller, deps }) {
    const { setRole: giveRole } = await import('#shared/services/accounts/set-role.ts');
    const account = await giveRole(deps, await caller.actor(), body);
    return { status: 200, body: presentProfile(account) };
  },
});
