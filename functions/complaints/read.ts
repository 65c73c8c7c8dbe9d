import * as z from 'zod/mini';
import { ComplaintQuery } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID, complaintOf, entryOf, REFERENCE } from '#shared/contract/examples.ts';
import { ComplaintDetail, ComplaintList, ComplaintPoints } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { findComplaints } from '#shared/services/complaints/find-complaints.ts';
import { getComplaint } from '#shared/services/complaints/get-complaint.ts';
import { mapComplaints } from '#shared/services/complaints/map-complaints.ts';
import { etagOf } from '#shared/services/complaints/present.ts';
import { searchOf } from './search-query.ts';

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
    description: [
      'With `id` or `reference`: one complaint with its timeline. Else a list, newest first. Page with `page`, or, at constant cost at any depth, with `after`: pass the `next` of the page before. A TOKEN is not needed, but is checked when sent.',
      'Sorted by filing (`sort=-createdAt`, `createdAt`), every filter combines with every other. `overdue=true` is always in the order of deadlines and combines with all but `q`. Other sorts combine with `status` and `assignedTo` only, `near` (nearest first, with `distance` in metres) with `status`, `category` and `q`.',
      '`q` finds whole words of title and description, or a reference number, all of them, in any case and without accents; in scripts without spaces two characters or more. `category=none` finds what has none, `hidden=true` (staff) what is hidden, `following=true` what you follow, `bbox` what is in a box of degrees. With `bbox` and `format=geojson` the answer is a FeatureCollection for a map, which goes with every filter: at most 1,000 points, and which of them is not promised when it is `truncated`.',
      'A page is short, and `next` goes on, where more than 2,000 complaints would have to be read for it. `total` is exact without filters and with one of status, category and username; for other combinations it may be less than there are, with `totalIsExact: false`; with `near`, `q` or `after` nothing is counted, and it is null. Of more than 2,000 complaints at one spot, `near` shows the first it finds.',
    ].join(' '),
    answers: {
      200: {
        description: 'The list, or the complaint',
        schema: z.union([ComplaintList, ComplaintDetail, ComplaintPoints]),
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
            items: [complaintOf({ username: 'kim', following: undefined })],
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
        answer: { status: 200, body: complaintOf({ following: undefined, timeline: [entryOf()], timelineNext: null }) },
      },
      byReference: {
        summary: 'One complaint by its reference number',
        given: {},
        query: { reference: REFERENCE },
        answer: { status: 200, body: complaintOf({ following: undefined, timeline: [entryOf()], timelineNext: null }) },
      },
      mistyped: {
        summary: 'A reference number with a wrong digit',
        query: { reference: '2026-004813-7' },
        answer: {
          code: 'invalid_fields',
          detail:
            'reference must be a reference number as it was given: its last digit does not fit the others; "2026-004813-7" was sent.',
          errors: [
            {
              field: 'reference',
              code: 'invalid_value',
              message:
                'must be a reference number as it was given: its last digit does not fit the others; "2026-004813-7" was sent',
            },
          ],
        },
      },
      map: {
        summary: 'A map of a place where nothing is reported',
        query: { bbox: '-69,-55,-68,-54', format: 'geojson', status: 'created' },
        answer: { status: 200, body: { type: 'FeatureCollection', features: [], truncated: false } },
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
    if (query.id !== undefined || query.reference !== undefined) {
      const wanted = { id: query.id, reference: query.reference, entriesAfter: query.timelineAfter ?? 0 };
      const { row, detail } = await getComplaint(deps, caller.viewer(), wanted);
      return { status: 200, body: detail, headers: etagOf(row) };
    }
    const viewer = await caller.viewer();
    const search = searchOf(query, viewer, deps.clock.now());
    if (query.format === 'geojson') {
      return { status: 200, body: await mapComplaints(deps, search) };
    }
    return { status: 200, body: await findComplaints(deps, viewer, search) };
  },
});
