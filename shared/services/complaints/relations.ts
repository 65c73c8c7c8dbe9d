import { followedAmong, readVisibilities } from '#shared/appwrite/follows.ts';
import type { Complaint } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { mayOnComplaint, type Viewer } from '#shared/domain/policy.ts';

/** The complaints that the viewer follows, and the originals that the viewer may see. */
export type Relations = { following: ReadonlySet<string>; visible: ReadonlySet<string> };

type Related = Pick<Complaint, 'followers' | 'reporterId' | 'duplicateOf' | 'outcome'> & { $id: string };

/**
 * Which complaints the viewer follows and which originals the viewer may see: one call each, in parallel, none without
 * followers or duplicates. A deleted original costs as much as a hidden one, so the time does not tell which it is.
 * `allFollowed`: the viewer is known to follow all of them.
 */
export async function relationsOf(
  deps: Pick<Deps, 'store'>,
  viewer: Viewer,
  rows: readonly Related[],
  { allFollowed = false } = {},
) {
  const asked = allFollowed ? [] : rows;
  const followed = asked.filter((row) => row.followers > 0 && row.reporterId !== viewer?.id).map((row) => row.$id);
  const duplicates = rows.filter((row) => row.duplicateOf !== null || row.outcome === 'duplicate');
  const originals = new Set(duplicates.flatMap((row) => row.duplicateOf ?? []));
  const [following, originalRows] = await Promise.all([
    viewer && followed.length > 0 ? followedAmong(deps.store, viewer.id, followed) : new Set<string>(),
    duplicates.length > 0 ? readVisibilities(deps.store, originals) : [],
  ]);
  const ids = new Set(rows.map((row) => row.$id));
  const visible = originalRows.filter((row) => mayOnComplaint(viewer, 'read', row)).map((row) => row.$id);
  return { following: allFollowed ? ids : following, visible: new Set(visible) } satisfies Relations;
}
