import { ComplaintChanges } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID } from '#shared/contract/examples.ts';
import { ChangeResults } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { changeMany } from '#shared/services/complaints/change-many.ts';

export const changeComplaints = route({
  method: 'PUT',
  path: '/complain/bulk',
  id: 'changeComplaints',
  access: 'account',
  needsUsername: true,
  roles: ['staff', 'admin'],
  body: { json: ComplaintChanges },
  docs: {
    tag: 'Complaints',
    summary: 'Make the same change to up to 50 complaints',
    description:
      'Each complaint is changed by itself, by the rules of PUT /complain, and has a result of its own, in the order sent: one that is refused stops none of the others. What there was no time for is 503 in its result: send those again.',
    answers: { 200: { description: 'A result for each', schema: ChangeResults } },
    refusals: [],
    examples: {
      some: {
        summary: 'One is changed, one is unknown',
        as: 'grace',
        given: {},
        json: { ids: [COMPLAINT_ID, 'zzzzzzzzzzzzzzzzzzzz'], change: { status: 'acknowledged' } },
        answer: {
          status: 200,
          body: {
            results: [
              { id: COMPLAINT_ID, ok: true, status: 200 },
              { id: 'zzzzzzzzzzzzzzzzzzzz', ok: false, status: 404, code: 'not_found' },
            ],
          },
        },
      },
      repeated: {
        summary: 'An id twice',
        as: 'grace',
        json: { ids: ['zzzzzzzzzzzzzzzzzzzz', 'zzzzzzzzzzzzzzzzzzzz'], change: { status: 'acknowledged' } },
        answer: {
          code: 'invalid_fields',
          detail: 'ids must name each complaint once; zzzzzzzzzzzzzzzzzzzz is sent again.',
          errors: [
            {
              field: 'ids',
              code: 'conflicting',
              message: 'must name each complaint once; zzzzzzzzzzzzzzzzzzzz is sent again',
            },
          ],
        },
      },
      notStaff: {
        summary: 'Asked for by a user',
        as: 'ada',
        json: { ids: ['zzzzzzzzzzzzzzzzzzzz'], change: { hidden: true } },
        answer: { code: 'forbidden', detail: 'Only staff and admin may do this.' },
      },
    },
  },
  async run({ body: { ids, change }, caller, deps }) {
    const results = await changeMany(deps, caller.actor(), { ids, input: change, accountId: caller.accountId });
    return { status: 200, body: { results } };
  },
});
