import { orderOf } from '#shared/appwrite/complaint-queries.ts';
import { readTimelines, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { listFollows, readVisibilities } from '#shared/appwrite/follows.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnComplaint, readScopeOf } from '#shared/domain/policy.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { openCursor, sealCursor } from '../complaints/cursor.ts';
import { listComplaints, type PagePosition } from '../complaints/list-complaints.ts';
import { presentComplaint, presentEntry } from '../complaints/present.ts';
import { relationsOf } from '../complaints/relations.ts';
import { presentProfile } from './profile.ts';

const COMPLAINTS = 20;
const FOLLOWS = 100;

/** The position in each of the two lists. null: read to its end; absent: not begun. */
type Cursor = { complaints?: PagePosition | null; follows?: string | null };

async function withOwnEntries(deps: Deps, actor: AccountActor, complaints: readonly StoredComplaint[]) {
  const ids = complaints.map(({ $id }) => $id);
  const [timelines, relations] = await Promise.all([
    readTimelines(deps.store, ids, actor.id),
    relationsOf(deps, actor, complaints),
  ]);
  const audience = { viewer: actor, config: deps.config, relations };
  return complaints.map((complaint) => ({
    ...presentComplaint(complaint, audience),
    entries: (timelines.get(complaint.$id) ?? []).map((entry) => presentEntry(entry, complaint, audience)),
  }));
}

async function pageOfComplaints(deps: Deps, actor: AccountActor, after: PagePosition | null | undefined) {
  if (after === null) return { items: [], next: null };
  const filter = { scope: readScopeOf(actor), mine: actor.id };
  const wanted = { filter, order: orderOf('-createdAt'), pageSize: COMPLAINTS, page: 1, after };
  const { rows, next = null } = await listComplaints(deps, wanted);
  return { items: await withOwnEntries(deps, actor, rows), next };
}

/** Leaves out complaints that have been hidden since the person followed them, like deleted ones. */
async function pageOfFollows({ store }: Deps, actor: AccountActor, after: string | null | undefined) {
  if (after === null) return { items: [], next: null };
  const rows = await listFollows(store, actor.id, { after, descending: true, limit: FOLLOWS + 1 });
  const page = rows.slice(0, FOLLOWS);
  const complaints = await readVisibilities(
    store,
    page.map(({ complaintId }) => complaintId),
  );
  const visible = new Set(complaints.filter((row) => mayOnComplaint(actor, 'read', row)).map(({ $id }) => $id));
  const items = page
    .filter(({ complaintId }) => visible.has(complaintId))
    .map(({ complaintId: id, $createdAt }) => ({ id, since: new Date($createdAt).toISOString() }));
  return { items, next: rows.length > FOLLOWS ? (page.at(-1)?.complaintId ?? null) : null };
}

/**
 * A page of all data about a person: the account, up to 20 of their complaints with their own entries, and up to 100
 * follows. Ratings are part of the complaints.
 */
export async function exportAccount(deps: Deps, actor: AccountActor, cursor: string | undefined) {
  const kind = `export ${actor.id}`;
  const after = cursor === undefined ? {} : (openCursor(deps.config, kind, cursor) as Cursor);
  const [complaints, follows] = await Promise.all([
    pageOfComplaints(deps, actor, after.complaints),
    pageOfFollows(deps, actor, after.follows),
  ]);
  const isOver = complaints.next === null && follows.next === null;
  return {
    account: presentProfile(actor.account),
    complaints: complaints.items,
    follows: follows.items,
    next: isOver ? null : sealCursor(deps.config, kind, { complaints: complaints.next, follows: follows.next }),
  };
}
