import * as z from 'zod/mini';
import { AccountQuery } from '#shared/contract/account-requests.ts';
import { profileOf } from '#shared/contract/examples.ts';
import { Profile, ProfileList } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';
import { listAccounts, readAccount } from '#shared/services/accounts/read-account.ts';

export const getProfile = route({
  method: 'GET',
  path: '/user',
  id: 'getProfile',
  access: 'account',
  query: AccountQuery,
  docs: {
    tag: 'Accounts',
    summary: 'Read a profile, or list the staff',
    description:
      "Without `username`: one's own profile. Staff and admins read anybody's, and with `role=staff` the list of those a complaint can be assigned to.",
    answers: { 200: { description: 'The profile, or the list', schema: z.union([Profile, ProfileList]) } },
    refusals: ['forbidden', 'not_found'],
    examples: {
      own: { summary: "One's own", as: 'ada', answer: { status: 200, body: profileOf('ada', 'Ada Lovelace') } },
      staff: {
        summary: 'The staff',
        as: 'grace',
        query: { role: 'staff' },
        answer: { status: 200, body: { items: [profileOf('grace', 'Grace Hopper')], total: 1 } },
      },
      stranger: {
        summary: 'Another profile, asked for by a user',
        as: 'ada',
        query: { username: 'kim' },
        answer: { code: 'forbidden', detail: 'Only staff may read the profile of others.' },
      },
      unknown: {
        summary: 'An unknown username',
        as: 'grace',
        query: { username: 'unknown.name' },
        answer: { code: 'not_found', detail: 'There is no account of this username.' },
      },
    },
  },
  async run({ query, caller, deps }) {
    const actor = await caller.actor();
    if (query.role !== undefined) {
      const accounts = await listAccounts(deps, actor, query.role);
      return { status: 200, body: { items: accounts.map(presentProfile), total: accounts.length } };
    }
    return { status: 200, body: presentProfile(await readAccount(deps, actor, query.username)) };
  },
});
