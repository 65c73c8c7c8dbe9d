import { Credentials } from '#shared/contract/account-requests.ts';
import { EXAMPLE_PASSWORD, profileOf } from '#shared/contract/examples.ts';
import { LoginReply } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';
import { login as logIn } from '#shared/services/auth/login.ts';

export const login = route({
  method: 'POST',
  path: '/login',
  id: 'login',
  access: 'public',
  body: { json: Credentials },
  docs: {
    tag: 'Accounts',
    summary: 'Log in',
    description:
      'Exchanges a username and password for a TOKEN. Send it in the header `TOKEN` from then on. It ends at `expiresAt`, at a logout or with a password change. After too many wrong passwords the answer is 429, and `Retry-After` says how long to wait.',
    answers: { 200: { description: 'Logged in', schema: LoginReply } },
    refusals: ['bad_credentials', 'too_many_requests'],
    examples: {
      loggedIn: {
        summary: 'The right password',
        as: 'ada',
        json: { username: 'ada', password: EXAMPLE_PASSWORD },
        answer: {
          status: 200,
          body: {
            TOKEN: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl',
            expiresAt: '2026-11-23T20:30:00.000Z',
            user: profileOf('ada', 'Ada Lovelace'),
          },
        },
      },
      wrongPassword: {
        summary: 'A wrong password, or an unknown username',
        as: 'ada',
        json: { username: 'ada', password: 'not-her-password' },
        answer: { code: 'bad_credentials', detail: 'The username or the password is wrong.' },
      },
      noPassword: {
        summary: 'The password is missing',
        json: { username: 'ada' },
        answer: {
          code: 'invalid_fields',
          detail: 'password is required.',
          errors: [{ field: 'password', code: 'required', message: 'is required' }],
        },
      },
    },
  },
  async run({ body, deps }) {
    const { token, expiresAt, account } = await logIn(deps, body);
    return { status: 200, body: { TOKEN: token, expiresAt: expiresAt.toISOString(), user: presentProfile(account) } };
  },
});
