import { ComplaintDeletion } from '#shared/contract/complaint-requests.ts';
import { route } from '#shared/http/route.ts';
import { parseIfMatch } from '#shared/services/complaints/if-match.ts';

export const deleteComplaint = route({
  method: 'POST',
  path: '/complain/delete',
  id: 'deleteComplaint',
  access: 'account',
  needsUsername: true,
  body: { json: ComplaintDeletion },
  async run({ body: { id }, headers, caller, deps }) {
    const { deleteComplaint: remove } = await import('#shared/services/complaints/delete-complaint.ts');
    await remove(deps, caller.actor(), { id, ifMatch: parseIfMatch(headers['if-match']) });
    return { status: 200, body: { id, deleted: true } };
  },
});
