import { findByReference, listEntries } from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnComplaint, type Viewer } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { presentComplaint, presentEntry } from './present.ts';
import { relationsOf } from './relations.ts';

const ENTRIES = 100;

/** Selects a complaint by its id or its reference number. */
export type Wanted = { id?: string | undefined; reference?: string | undefined; entriesAfter: number };

export function noSuchComplaint(by: 'id' | 'reference' = 'id'): Refusal {
  return new Refusal('not_found', `There is no complaint of this ${by}.`);
}

/**
 * A complaint with up to 100 timeline entries. The timeline is read only if the viewer may read the complaint, so a
 * hidden complaint takes as long as a missing one. Only entries that the viewer may see are counted, so `timelineNext`
 * does not reveal internal ones.
 */
export async function getComplaint(
  deps: Deps,
  asking: Promise<Viewer>,
  { id, reference = '', entriesAfter: after }: Wanted,
) {
  const finding = id === undefined ? findByReference(deps.store, reference) : deps.store.complaints.find(id);
  const [viewer, row] = await Promise.all([asking, finding]);
  if (!row || !mayOnComplaint(viewer, 'read', row)) throw noSuchComplaint(id === undefined ? 'reference' : 'id');
  const internal = mayOnComplaint(viewer, 'readInternal', row);
  const [entries, relations] = await Promise.all([
    listEntries(deps.store, row.$id, { after, limit: ENTRIES + 1, internal }),
    relationsOf(deps, viewer, [row]),
  ]);
  const audience = { viewer, config: deps.config, relations };
  return {
    row,
    detail: {
      ...presentComplaint(row, audience),
      timeline: entries.slice(0, ENTRIES).map((entry) => presentEntry(entry, row, audience)),
      timelineNext: entries.length > ENTRIES ? after + ENTRIES : null,
    },
  };
}
