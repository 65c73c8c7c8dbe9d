import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { readComplaints, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { complaintsWithWord, countWords } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import type { Point } from '#shared/domain/geometry.ts';
import { sightOf, type Viewer } from '#shared/domain/policy.ts';
import { ENDED, STATUSES } from '#shared/domain/status.ts';
import { storedCategory } from './find-complaints.ts';
import { listNearby } from './list-nearby.ts';
import { presentComplaint } from './present.ts';
import { relationsOf } from './relations.ts';

const MAX_RESULTS = 5;
/** Metres within which another report may be about the same problem. */
const RADIUS = 500;
/** How many complaints around a place are compared by words. */
const NEARBY = 50;
/** The newest complaints with each word that are looked at where no place is given. */
const PER_WORD = 100;

export type SimilarityQuery = {
  /** The place of the new complaint; without it `words` must not be empty. */
  point: Point | undefined;
  /** Folded. A complaint must hold at least half of them. */
  words: readonly string[];
  category: string | undefined;
};
type Row = StoredComplaint & { distance: number | null };

const enough = (words: readonly string[]) => Math.ceil(words.length / 2);

async function around(
  deps: Deps,
  filter: Filter,
  { point, words }: SimilarityQuery & { point: Point },
): Promise<Row[]> {
  const pageSize = words.length === 0 ? MAX_RESULTS : NEARBY;
  const { rows } = await listNearby(deps, { point, radius: RADIUS, filter, words: [], pageSize, after: undefined });
  if (words.length === 0) return rows;
  const counts = await countWords(
    deps.store,
    rows.map((row) => row.$id),
    words,
  );
  return rows.filter((row) => (counts.get(row.$id) ?? 0) >= enough(words));
}

/** Those with most of the words first, and the newest first among them. */
async function withWords(deps: Deps, filter: Filter, words: readonly string[]): Promise<Row[]> {
  const slice = { after: undefined, descending: true, limit: PER_WORD };
  const found = await Promise.all(words.map((word) => complaintsWithWord(deps.store, word, slice)));
  const counts = new Map<string, number>();
  for (const id of found.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
  const ids = [...counts].filter(([, count]) => count >= enough(words)).map(([id]) => id);
  const rows = await readComplaints(deps.store, ids, filter);
  const countOf = (row: StoredComplaint) => counts.get(row.$id) ?? 0;
  return rows
    .sort((a, b) => countOf(b) - countOf(a) || (a.$id < b.$id ? 1 : -1))
    .map((row) => ({ ...row, distance: null }));
}

async function find(deps: Deps, viewer: Viewer, likeness: SimilarityQuery): Promise<Row[]> {
  const statuses = STATUSES.filter((status) => !ENDED.includes(status));
  const filter: Filter = { sight: sightOf(viewer), statuses, category: likeness.category };
  const { point, words } = likeness;
  return point ? around(deps, filter, { ...likeness, point }) : withWords(deps, filter, words);
}

/** Ignores the case of the category; 422 when it does not exist. */
async function inAnyCase(deps: Deps, viewer: Viewer, likeness: SimilarityQuery): Promise<Row[]> {
  const found = await find(deps, viewer, likeness);
  if (likeness.category === undefined || found.length > 0) return found;
  const category = await storedCategory(deps, likeness.category);
  return category === likeness.category ? found : find(deps, viewer, { ...likeness, category });
}

/**
 * At most five complaints that are not ended and that a new one may be a duplicate of: within 500 metres of its place,
 * nearest first; if words are given, with at least half of them. Without a place those with most words come
 * first, and `distance` is null. Hidden ones only if they are the viewer's own.
 */
export async function findSimilar(deps: Deps, viewer: Viewer, likeness: SimilarityQuery) {
  const rows = (await inAnyCase(deps, viewer, likeness)).slice(0, MAX_RESULTS);
  const audience = { viewer, config: deps.config, relations: await relationsOf(deps, viewer, rows) };
  return {
    items: rows.map((row) => ({
      ...presentComplaint(row, audience),
      distance: row.distance === null ? null : Math.round(row.distance),
    })),
  };
}
