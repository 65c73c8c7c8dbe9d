import { ComplaintFollowing } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID } from '#shared/contract/examples.ts';
import { Following } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { followComplaint as set } from '#shared/services/complaints/follow.ts';

const unknown = {
  summary: 'No such complaint',
  as: 'kim',
  json: { id: 'zzzzzzzzzzzzzzzzzzzz' },
  answer: { code: 'not_found', detail: 'There is no complaint of this id.' },
} as const;

export const followComplaint = route({
  method: 'POST',
  path: '/complain/follow',
  id: 'followComplaint',
  access: 'account',
  needsUsername: true,
  body: { json: ComplaintFollowing },
  docs: {
    tag: 'Complaints',
    summary: 'Follow a complaint',
    description:
      'You are told of its steps from then on, and find it with `following=true`. It may be repeated. It changes neither `version` nor `updatedAt`, and has a limit of its own. Reporters are told of their own complaints and cannot follow them.',
    answers: { 200: { description: 'Followed', schema: Following } },
    refusals: ['forbidden', 'not_found', 'busy', 'too_many_requests'],
    examples: {
      followed: {
        summary: 'A complaint of somebody else',
        as: 'kim',
        given: {},
        json: { id: COMPLAINT_ID },
        answer: { status: 200, body: { id: COMPLAINT_ID, following: true, followers: 1 } },
      },
      own: {
        summary: "One's own",
        as: 'ada',
        given: {},
        json: { id: COMPLAINT_ID },
        answer: {
          code: 'forbidden',
          detail: 'It is your own complaint: you are told of it without following it.',
        },
      },
      unknown,
    },
  },
  async run({ body: { id }, caller, deps }) {
    return { status: 200, body: await set(deps, caller.actor(), { id, accountId: caller.accountId, follow: true }) };
  },
});

export const unfollowComplaint = route({
  method: 'POST',
  path: '/complain/unfollow',
  id: 'unfollowComplaint',
  access: 'account',
  needsUsername: true,
  body: { json: ComplaintFollowing },
  docs: {
    tag: 'Complaints',
    summary: 'Follow a complaint no longer',
    description: 'It may be repeated, and is answered alike for what you do not follow.',
    answers: { 200: { description: 'Not followed', schema: Following } },
    refusals: ['not_found', 'busy', 'too_many_requests'],
    examples: {
      unfollowed: {
        summary: 'Nothing to be told of any more',
        as: 'kim',
        given: {},
        json: { id: COMPLAINT_ID },
        answer: { status: 200, body: { id: COMPLAINT_ID, following: false, followers: 0 } },
      },
      unknown,
    },
  },
  async run({ body: { id }, caller, deps }) {
    return { status: 200, body: await set(deps, caller.actor(), { id, accountId: caller.accountId, follow: false }) };
  },
});
