import { ComplaintRating } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID, complaintOf } from '#shared/contract/examples.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { changeComplaint as change } from '#shared/services/complaints/change-complaint.ts';
import { parseIfMatch } from '#shared/services/complaints/if-match.ts';
import { etagOf, presentComplaint } from '#shared/services/complaints/present.ts';

export const rateComplaint = route({
  method: 'POST',
  path: '/complain/rate',
  id: 'rateComplaint',
  access: 'account',
  needsUsername: true,
  body: { json: ComplaintRating },
  docs: {
    tag: 'Complaints',
    summary: 'Rate how a complaint was handled',
    description:
      'Its reporter, within 60 days after it was resolved or closed: a `score` from 1 (bad) to 5 (good), and a `comment` that only staff, admins and the reporter can read. Rating it again replaces the rating. Each rating adds one entry to the timeline. Reopening the complaint removes it.',
    answers: { 200: { description: 'Rated', schema: Complaint, headers: ['ETag'] } },
    refusals: ['forbidden', 'not_found', 'not_ratable', 'version_mismatch', 'busy', 'too_many_requests'],
    sends: ['If-Match'],
    examples: {
      rated: {
        summary: 'The work is done, and well',
        as: 'ada',
        given: { status: 'resolved' },
        json: { id: COMPLAINT_ID, score: 5, comment: 'Within a day!' },
        answer: {
          status: 200,
          body: complaintOf({
            status: 'resolved',
            progress: 100,
            rating: { score: 5, comment: 'Within a day!', at: '2026-11-24T10:00:00.000Z' },
            version: 4,
          }),
        },
      },
      tooEarly: {
        summary: 'The work has not begun',
        as: 'ada',
        given: {},
        json: { id: COMPLAINT_ID, score: 1 },
        answer: {
          code: 'not_ratable',
          detail: 'A complaint can be rated once it is resolved or closed; this one is created.',
        },
      },
      notYours: {
        summary: 'Somebody else',
        as: 'kim',
        given: { status: 'resolved' },
        json: { id: COMPLAINT_ID, score: 1 },
        answer: { code: 'forbidden', detail: 'Only the reporter may rate a complaint.' },
      },
    },
  },
  async run({ body: { id, score, comment }, headers, caller, deps }) {
    const input = { rating: { score, comment: comment ?? null } };
    const ifMatch = parseIfMatch(headers['if-match']);
    const row = await change(deps, caller.actor(), { id, ifMatch, input, accountId: caller.accountId });
    const viewer = await caller.actor();
    return { status: 200, body: presentComplaint(row, { viewer, config: deps.config }), headers: etagOf(row) };
  },
});
