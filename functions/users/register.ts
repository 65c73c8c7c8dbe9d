import { Registration } from '#shared/contract/account-requests.ts';
import { EXAMPLE_PASSWORD, profileOf } from '#shared/contract/examples.ts';
import { Profile } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';
import { register as openAccount } from '#shared/services/accounts/register.ts';

export const register = route({
  method: 'POST',
  path: '/user',
  id: 'register',
  access: 'public',
  body: { json: Registration },
  docs: {
    tag: 'Accounts',
    summary: 'Register',
    description:
      'Opens an account with the role `user`. An erased account keeps its name for ever, so that nobody can pose as a person who has left. With an `email`, a mail with a link to confirm it is sent.',
    answers: { 201: { description: 'Registered', schema: Profile } },
    refusals: ['username_taken', 'too_many_requests'],
    examples: {
      registered: {
        summary: 'A new account',
        json: {
          username: 'Katherine',
          password: EXAMPLE_PASSWORD,
          name: 'Katherine Johnson',
          phone: '+49 170 1234567',
          email: 'katherine@Example.com',
        },
        answer: {
          status: 201,
          body: {
            ...profileOf('ada', 'Katherine Johnson'),
            username: 'katherine',
            phone: '+491701234567',
            email: 'katherine@example.com',
          },
        },
      },
      taken: {
        summary: 'The name is taken',
        as: 'ada',
        json: { username: 'ADA', password: EXAMPLE_PASSWORD, name: 'Another Ada' },
        answer: { code: 'username_taken', detail: 'This username is taken. Choose another one.' },
      },
      wrongName: {
        summary: 'A username that is not allowed',
        json: { username: '1st', password: EXAMPLE_PASSWORD, name: 'First' },
        answer: {
          code: 'invalid_fields',
          detail: 'username must be an ASCII letter, then letters, digits, _ . or -, 3 to 32 in all; "1st" was sent.',
          errors: [
            {
              field: 'username',
              code: 'invalid_format',
              message: 'must be an ASCII letter, then letters, digits, _ . or -, 3 to 32 in all; "1st" was sent',
            },
          ],
        },
      },
    },
  },
  async run({ body, deps }) {
    const profile = await openAccount(deps, { ...body, phone: body.phone ?? null });
    return { status: 201, body: presentProfile(profile) };
  },
});
