import { ComplaintChange } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID, complaintOf } from '#shared/contract/examples.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { changeComplaint as change } from '#shared/services/complaints/change-complaint.ts';
import { parseIfMatch } from '#shared/services/complaints/if-match.ts';
import { etagOf, presentComplaint } from '#shared/services/complaints/present.ts';
import { relationsOf } from '#shared/services/complaints/relations.ts';

export const changeComplaint = route({
  method: 'PUT',
  path: '/complain',
  id: 'changeComplaint',
  access: 'account',
  needsUsername: true,
  body: { json: ComplaintChange },
  docs: {
    tag: 'Complaints',
    summary: 'Work on a complaint',
    description:
      'Send `id` and what is to change. Staff and admins: `status`, `progress`, `note`, `internalNote`, `assignedTo`, `hidden`, `duplicateOf`, `outcome`; they may also correct `category`, `location`, `latitude`, `longitude`, and with a `reason` `title` and `description`, whose old text only admins can still read. The reporter: a `note` as a reply, the text while nobody has acted, closing or reopening what was resolved, `anonymous: true`. Every change is one step of `version` and one entry of the timeline. With `If-Match` the change is made only if the complaint is still at that version; without it, concurrent changes are made one after the other.',
    answers: { 200: { description: 'Changed', schema: Complaint, headers: ['ETag'] } },
    refusals: ['forbidden', 'not_found', 'illegal_transition', 'version_mismatch', 'busy', 'too_many_requests'],
    sends: ['If-Match'],
    examples: {
      started: {
        summary: 'Work begins',
        as: 'grace',
        given: {},
        json: { id: COMPLAINT_ID, status: 'in_progress', progress: 40, note: 'A crew is on its way.' },
        answer: { status: 200, body: complaintOf({ status: 'in_progress', progress: 40, version: 2 }) },
      },
      resolved: {
        summary: 'The work is done',
        as: 'grace',
        given: { status: 'acknowledged' },
        json: { id: COMPLAINT_ID, status: 'resolved', outcome: 'fixed', note: 'Filled with asphalt.' },
        answer: { status: 200, body: complaintOf({ status: 'resolved', progress: 100, outcome: 'fixed', version: 3 }) },
      },
      corrected: {
        summary: 'Staff takes a name out of the text',
        as: 'grace',
        given: {},
        json: { id: COMPLAINT_ID, description: 'Deep enough to lose a wheel in, again.', reason: 'Named a neighbour.' },
        answer: {
          status: 200,
          body: complaintOf({ description: 'Deep enough to lose a wheel in, again.', version: 2 }),
        },
      },
      unexplained: {
        summary: 'A correction of the text without a reason',
        as: 'grace',
        given: {},
        json: { id: COMPLAINT_ID, title: 'Pothole' },
        answer: {
          code: 'invalid_fields',
          detail: 'reason: is required to correct title',
          errors: [{ field: 'reason', code: 'required', message: 'is required to correct title' }],
        },
      },
      duplicate: {
        summary: 'A duplicate that names itself',
        as: 'grace',
        given: {},
        json: { id: COMPLAINT_ID, duplicateOf: COMPLAINT_ID },
        answer: {
          code: 'invalid_fields',
          detail: 'duplicateOf: must be another complaint',
          errors: [{ field: 'duplicateOf', code: 'invalid_value', message: 'must be another complaint' }],
        },
      },
      stale: {
        summary: 'The complaint has changed meanwhile',
        as: 'grace',
        given: { status: 'acknowledged' },
        headers: { 'If-Match': '"1"' },
        json: { id: COMPLAINT_ID, note: 'We are waiting for a part.' },
        answer: {
          code: 'version_mismatch',
          detail: 'The complaint is at version 2 now. Read it again before you change it.',
        },
      },
      illegal: {
        summary: 'A transition that does not exist',
        as: 'grace',
        given: {},
        json: { id: COMPLAINT_ID, status: 'resolved' },
        answer: {
          code: 'illegal_transition',
          detail:
            'A complaint that is created cannot become resolved. Allowed now: acknowledged, in_progress, rejected.',
          allowed: ['acknowledged', 'in_progress', 'rejected'],
        },
      },
      noteNeeded: {
        summary: 'A rejection without a note',
        as: 'grace',
        given: {},
        json: { id: COMPLAINT_ID, status: 'rejected' },
        answer: {
          code: 'invalid_fields',
          detail: 'note: is required to move a complaint from created to rejected',
          errors: [
            { field: 'note', code: 'required', message: 'is required to move a complaint from created to rejected' },
          ],
        },
      },
      notYours: {
        summary: 'A reporter who sets the status',
        as: 'ada',
        given: {},
        json: { id: COMPLAINT_ID, status: 'in_progress' },
        answer: {
          code: 'forbidden',
          detail: 'You may not move this complaint from created to in_progress. Statuses that you may set now: none.',
        },
      },
      unknown: {
        summary: 'No such complaint',
        as: 'grace',
        json: { id: 'zzzzzzzzzzzzzzzzzzzz', note: 'Hello?' },
        answer: { code: 'not_found', detail: 'There is no complaint of this id.' },
      },
    },
  },
  async run({ body: { id, ...input }, headers, caller, deps }) {
    const ifMatch = parseIfMatch(headers['if-match']);
    const row = await change(deps, caller.actor(), { id, ifMatch, input, accountId: caller.accountId });
    const viewer = await caller.actor();
    const relations = await relationsOf(deps, viewer, [row]);
    const body = presentComplaint(row, { viewer, config: deps.config, relations });
    return { status: 200, body, headers: etagOf(row) };
  },
});
