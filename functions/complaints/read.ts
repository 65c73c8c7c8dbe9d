import * as z from 'zod/mini';
import { ComplaintQuery } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID, complaintOf, entryOf } from '#shared/contract/examples.ts';
import { ComplaintDetail, ComplaintList } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { getComplaint } from '#shared/services/complaints/get-complaint.ts';
import { listComplaints } from '#shared/services/complaints/list-complaints.ts';
import { etagOf } from '#shared/services/complaints/present.ts';
import { listingOf } from './listing.ts';

export const readComplaints = route({
  method: 'GET',
  path: '/complain',
  id: 'readComplaints',
  access: 'optional',
  query: ComplaintQuery,
  emptyCounts: ['username'],
  docs: {
    tag: 'Complaints',
    summary: 'List complaints, or read one',
    description:
      'With `id`: one complaint with its timeline. Else a list, newest first, and every filter combines with every other. Page with `page`, or, at constant cost at any depth, with `after`: pass the `next` of the page before. A TOKEN is not needed, but is checked when sent.',
    answers: {
      200: {
        description: 'The list, or the complaint',
        schema: z.union([ComplaintList, ComplaintDetail]),
        headers: ['ETag'],
      },
    },
    refusals: ['token_missing', 'forbidden', 'not_found'],
    examples: {
      list: {
        summary: 'The complaints of one reporter',
        given: { by: 'kim' },
        query: { username: 'kim', status: 'created,acknowledged', pageSize: '1' },
        answer: {
          status: 200,
          body: {
            items: [complaintOf({ username: 'kim' })],
            page: 1,
            pageSize: 1,
            total: 1,
            totalIsExact: true,
            totalPages: 1,
            next: null,
          },
        },
      },
      one: {
        summary: 'One complaint with its timeline',
        given: {},
        query: { id: COMPLAINT_ID },
        answer: { status: 200, body: complaintOf({ timeline: [entryOf()], timelineNext: null }) },
      },
      unknown: {
        summary: 'An unknown id',
        query: { id: 'zzzzzzzzzzzzzzzzzzzz' },
        answer: { code: 'not_found', detail: 'There is no complaint of this id.' },
      },
      malformed: {
        summary: 'A malformed id',
        query: { id: '42' },
        answer: {
          code: 'invalid_fields',
          detail: 'id must be 20 characters a-z and 0-9; "42" was sent.',
          errors: [
            { field: 'id', code: 'invalid_format', message: 'must be 20 characters a-z and 0-9; "42" was sent' },
          ],
        },
      },
      mineWithoutToken: {
        summary: 'mine=true without a token',
        query: { mine: 'true' },
        answer: { code: 'token_missing', detail: 'mine=true asks for your own complaints: send your TOKEN.' },
      },
      deskFilter: {
        summary: 'assignedTo, asked for by a user',
        as: 'ada',
        query: { assignedTo: 'me' },
        answer: { code: 'forbidden', detail: 'assignedTo is for staff.' },
      },
    },
  },
  async run({ query, caller, deps }) {
    if (query.id !== undefined) {
      const wanted = { id: query.id, entriesAfter: query.timelineAfter ?? 0 };
      const { row, detail } = await getComplaint(deps, caller.viewer(), wanted);
      return { status: 200, body: detail, headers: etagOf(row) };
    }
    const viewer = await caller.viewer();
    const listing = listingOf(query, viewer, deps.clock.now());
    return { status: 200, body: await listComplaints(deps, viewer, listing) };
  },
});
