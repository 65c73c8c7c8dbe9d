import { ComplaintDeletion } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID } from '#shared/contract/examples.ts';
import { Deleted } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { deleteComplaint as remove } from '#shared/services/complaints/delete-complaint.ts';
import { parseIfMatch } from '#shared/services/complaints/if-match.ts';

export const deleteComplaint = route({
  method: 'POST',
  path: '/complain/delete',
  id: 'deleteComplaint',
  access: 'account',
  needsUsername: true,
  body: { json: ComplaintDeletion },
  docs: {
    tag: 'Complaints',
    summary: 'Delete a complaint',
    description:
      'With its pictures, for good: an admin any, its reporter while the status is `created`. The pictures’ URLs stop working within seconds.',
    answers: { 200: { description: 'Deleted', schema: Deleted } },
    refusals: ['forbidden', 'not_found', 'version_mismatch', 'busy'],
    sends: ['If-Match'],
    examples: {
      deleted: {
        summary: "One's own, while nobody has acted",
        as: 'ada',
        given: {},
        json: { id: COMPLAINT_ID },
        answer: { status: 200, body: { id: COMPLAINT_ID, deleted: true } },
      },
      tooLate: {
        summary: 'The work has begun',
        as: 'ada',
        given: { status: 'acknowledged' },
        json: { id: COMPLAINT_ID },
        answer: {
          code: 'forbidden',
          detail: 'Only an admin may delete it, or its reporter while its status is created.',
        },
      },
      again: {
        summary: 'Already deleted',
        as: 'margaret',
        json: { id: 'zzzzzzzzzzzzzzzzzzzz' },
        answer: { code: 'not_found', detail: 'There is no complaint of this id.' },
      },
    },
  },
  async run({ body: { id }, headers, caller, deps }) {
    await remove(deps, caller.actor(), { id, ifMatch: parseIfMatch(headers['if-match']) });
    return { status: 200, body: { id, deleted: true } };
  },
});
