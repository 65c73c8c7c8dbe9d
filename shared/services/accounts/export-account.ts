import { orderOf } from '#shared/appwrite/complaint-queries.ts';
import { listOwnEntries, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { sightOf } from '#shared/domain/policy.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { openCursor, sealCursor } from '../complaints/cursor.ts';
import { listComplaints, type Reached } from '../complaints/list-complaints.ts';
import { presentComplaint, presentEntry } from '../complaints/present.ts';
import { presentProfile } from './profile.ts';

const PAGE = 20;
const CURSOR = 'export';

async function withOwnEntries(deps: Deps, actor: AccountActor, complaints: readonly StoredComplaint[]) {
  const audience = { viewer: actor, config: deps.config };
  const ids = complaints.map(({ $id }) => $id);
  const entries = await listOwnEntries(deps.store, actor.id, ids);
  return complaints.map((complaint) => ({
    ...presentComplaint(complaint, audience),
    entries: entries
      .filter(({ complaintId }) => complaintId === complaint.$id)
      .map((entry) => presentEntry(entry, complaint, audience)),
  }));
}

/** A page of all that is kept about a person: the account, and the complaints they have filed with what they wrote there. */
export async function exportAccount(deps: Deps, actor: AccountActor, cursor: string | undefined) {
  const kind = `${CURSOR} ${actor.id}`;
  const after = cursor === undefined ? undefined : (openCursor(deps.config, kind, cursor) as Reached);
  const filter = { sight: sightOf(actor), mine: actor.id };
  const wanted = { filter, order: orderOf('-createdAt'), pageSize: PAGE, page: 1, after };
  const { rows, next } = await listComplaints(deps, wanted);
  return {
    account: presentProfile(actor.account),
    complaints: await withOwnEntries(deps, actor, rows),
    next: next === undefined ? null : sealCursor(deps.config, kind, next),
  };
}
