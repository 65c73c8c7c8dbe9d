import { ComplaintChange } from '#shared/contract/complaint-requests.ts';
import { route } from '#shared/http/route.ts';
import { parseIfMatch } from '#shared/services/complaints/if-match.ts';
import { etagOf, presentComplaint } from '#shared/services/complaints/present.ts';

export const changeComplaint = route({
  method: 'PUT',
  path: '/complain',
  id: 'changeComplaint',
  access: 'account',
  needsUsername: true,
  body: { json: ComplaintChange },
  async run({ body: { id, ...input }, headers, caller, deps }) {
    const { changeComplaint: change } = await import('#shared/services/complaints/change-complaint.ts');
    const ifMatch = parseIfMatch(headers['if-match']);
    const row = await change(deps, caller.actor(), { id, ifMatch, input, accountId: caller.accountId });
    const viewer = await caller.actor();
    return { status: 200, body: presentComplaint(row, { viewer, config: deps.config }), headers: etagOf(row) };
  },
});
