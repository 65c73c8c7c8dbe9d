import { Registration } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';

export const register = route({
  method: 'POST',
  path: '/user',
  id: 'register',
  access: 'public',
  body: { json: Registration },
  async run({ body, deps }) {
    const { register: openAccount } = await import('#shared/services/accounts/register.ts');
    const profile = await openAccount(deps, { ...body, phone: body.phone ?? null });
    return { status: 201, body: presentProfile(profile) };
  },
});
