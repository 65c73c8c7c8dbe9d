import { DEAD_TOKEN } from '#shared/contract/examples.ts';

/** The examples of an endpoint that refuses the link of a mail. `others`: the fields of its body besides the token. */
export function refusedLinks<Others extends Record<string, string>>(others: Others) {
  return {
    gone: {
      summary: 'A link that was used, has ended or never was one',
      json: { token: DEAD_TOKEN, ...others },
      answer: { code: 'token_gone', detail: 'This link is no longer valid. Ask for a new one.' },
    },
    noToken: {
      summary: 'Without a token',
      json: others,
      answer: {
        code: 'invalid_fields',
        detail: 'token is required.',
        errors: [{ field: 'token', code: 'required', message: 'is required' }],
      },
    },
  } as const;
}
