import { listEntries } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { isDesk, mayOnComplaint, type Viewer } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { presentComplaint, presentEntry } from './present.ts';

const ENTRIES = 100;

export type Wanted = { id: string; entriesAfter: number };

export function noSuchComplaint(): Refusal {
  return new Refusal('not_found', 'There is no complaint of this id.');
}

/**
 * A complaint with up to 100 entries of its timeline. The timeline is read last, and only for whoever may read the
 * complaint: a hidden one must not take longer than one that there is not.
 */
export async function getComplaint(deps: Deps, asking: Promise<Viewer>, { id, entriesAfter: after }: Wanted) {
  const range = { after, limit: ENTRIES + 1, internal: true };
  const [viewer, row] = await Promise.all([asking, deps.store.complaints.find(id)]);
  if (!row || !mayOnComplaint(viewer, 'read', row)) throw noSuchComplaint();
  const entries = await listEntries(deps.store, id, range);
  const audience = { viewer, config: deps.config };
  const page = entries.slice(0, ENTRIES);
  const timeline = page.filter((entry) => isDesk(viewer) || !entry.internal);
  const more = entries.length > ENTRIES ? (page.at(-1)?.number ?? null) : null;
  return {
    row,
    detail: {
      ...presentComplaint(row, audience),
      timeline: timeline.map((entry) => presentEntry(entry, audience)),
      timelineNext: more,
    },
  };
}
