import { LoginReply } from '#shared/contract/responses.ts';
import type { OperationText } from './operation.ts';
import { EXAMPLE_PASSWORD, profileOf } from './people.ts';

/** The function `auth`. */
export const sessionOperations: Readonly<Record<string, OperationText>> = {
  login: {
    tag: 'Accounts',
    summary: 'Log in',
    description:
      'Changes a username and password for a TOKEN. Send it in the header `TOKEN` from then on; it ends at `expiresAt`, at a logout or with a password change. After too many wrong passwords the answer is 429, and `Retry-After` says how long to wait.',
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
        summary: 'A wrong password, or nobody of that name',
        as: 'ada',
        json: { username: 'ada', password: 'not-her-password' },
        answer: { code: 'bad_credentials', detail: 'The username or the password is wrong.' },
      },
      noPassword: {
        summary: 'The password was left out',
        json: { username: 'ada' },
        answer: {
          code: 'invalid_fields',
          detail: 'password is required.',
          errors: [{ field: 'password', code: 'required', message: 'is required' }],
        },
      },
    },
  },
  logout: {
    tag: 'Accounts',
    summary: 'Log out',
    description: 'Ends this token; `{"everywhere": true}` ends every token of the account. The body may be left out.',
    answers: { 204: { description: 'Logged out' } },
    refusals: ['busy'],
    examples: {
      thisToken: { summary: 'Only this token', as: 'bert', json: {}, answer: { status: 204 } },
      everywhere: { summary: 'All tokens', as: 'cleo', json: { everywhere: true }, answer: { status: 204 } },
      noToken: {
        summary: 'Without a token',
        json: {},
        answer: { code: 'token_missing', detail: 'Send the token you got from POST /login in the header TOKEN.' },
      },
    },
  },
};
