import { LogoutOptions } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { logout as logOut } from '#shared/services/auth/logout.ts';

export const logout = route({
  method: 'POST',
  path: '/logout',
  id: 'logout',
  access: 'account',
  body: { json: LogoutOptions },
  async run({ body, caller, deps }) {
    const actor = await caller.actor();
    const { tokenId, tokenExpiresAt: expiresAt } = caller;
    await logOut(deps, { actor, tokenId, expiresAt, everywhere: body.everywhere ?? false });
    return { status: 204 };
  },
});
