import { Credentials } from '#shared/contract/account-requests.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';
import { login as logIn } from '#shared/services/auth/login.ts';

export const login = route({
  method: 'POST',
  path: '/login',
  id: 'login',
  access: 'public',
  body: { json: Credentials },
  async run({ body, deps }) {
    const { token, expiresAt, account } = await logIn(deps, body);
    return { status: 200, body: { TOKEN: token, expiresAt: expiresAt.toISOString(), user: presentProfile(account) } };
  },
});
