import * as z from 'zod/mini';
import { AccountQuery } from '#shared/contract/account-requests.ts';
import { profileOf } from '#shared/contract/examples.ts';
import { Profile, ProfileList } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { listAccounts } from '#shared/services/accounts/list-accounts.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';
import { readAccount } from '#shared/services/accounts/read-account.ts';

export const getProfile = route({
  method: 'GET',
  path: '/user',
  id: 'getProfile',
  access: 'account',
  query: AccountQuery,
  docs: {
    tag: 'Accounts',
    summary: 'Read a profile, or find accounts',
    description:
      "Without `username`: one's own profile. Staff and admins read anybody's, and with `role=staff` or `role=admin` the list of those who work here. Admins list users too, and find accounts with `q`: by the beginning of the username or of a word of the name; several parts, separated by spaces, must all fit. Lists are paged with `after`.",
    answers: { 200: { description: 'The profile, or the list', schema: z.union([Profile, ProfileList]) } },
    refusals: ['forbidden', 'not_found'],
    examples: {
      own: { summary: "One's own", as: 'ada', answer: { status: 200, body: profileOf('ada', 'Ada Lovelace') } },
      staff: {
        summary: 'The staff',
        as: 'grace',
        query: { role: 'staff' },
        answer: { status: 200, body: { items: [profileOf('grace', 'Grace Hopper')], next: null } },
      },
      found: {
        summary: 'Users whose name begins like this',
        as: 'margaret',
        needs: ['kim'],
        query: { role: 'user', q: 'exam' },
        answer: { status: 200, body: { items: [profileOf('kim', 'Kim Example')], next: null } },
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
    if (query.role !== undefined || query.q !== undefined) {
      const { accounts, next } = await listAccounts(deps, actor, query);
      return { status: 200, body: { items: accounts.map((account) => presentProfile(account, actor)), next } };
    }
    return { status: 200, body: presentProfile(await readAccount(deps, actor, query.username), actor) };
  },
});
