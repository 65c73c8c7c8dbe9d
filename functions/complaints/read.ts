import { ComplaintQuery } from '#shared/contract/complaint-requests.ts';
import { route } from '#shared/http/route.ts';
import { findComplaints } from '#shared/services/complaints/find-complaints.ts';
import { getComplaint } from '#shared/services/complaints/get-complaint.ts';
import { etagOf } from '#shared/services/complaints/present.ts';
import { searchOf } from './listing.ts';

export const readComplaints = route({
  method: 'GET',
  path: '/complain',
  id: 'readComplaints',
  access: 'optional',
  query: ComplaintQuery,
  async run({ query, caller, deps }) {
    if (query.id !== undefined) {
      const wanted = { id: query.id, entriesAfter: query.timelineAfter ?? 0 };
      const { row, detail } = await getComplaint(deps, caller.viewer(), wanted);
      return { status: 200, body: detail, headers: etagOf(row) };
    }
    const viewer = await caller.viewer();
    const search = searchOf(query, viewer, deps.clock.now());
    return { status: 200, body: await findComplaints(deps, viewer, search) };
  },
});
