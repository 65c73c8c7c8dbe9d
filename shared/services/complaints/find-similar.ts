import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { readComplaints, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { complaintsWithWord, countWords } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import type { Point } from '#shared/domain/geometry.ts';
import { readScopeOf, type Viewer } from '#shared/domain/policy.ts';
import { ENDED, STATUSES } from '#shared/domain/status.ts';
import { storedCategory } from './find-complaints.ts';
import { listNearby } from './list-nearby.ts';
import { presentComplaint } from './present.ts';
import { relationsOf } from './relations.ts';

const MAX_RESULTS = 5;
/** Reports within this many metres may be about the same problem. */
const RADIUS = 500;
/** The most complaints around a place whose words are compared. */
const NEARBY = 50;
/** Without a place, this many of the newest complaints with each word are compared. */
const PER_WORD = 100;

export type SimilarityQuery = {
  /** The place of the new complaint; without it `words` must not be empty. */
  point: Point | undefined;
  /** Folded words. A complaint must contain at least half of them. */
  words: readonly string[];
  category: string | undefined;
};
type Row = StoredComplaint & { distance: number | null };

const leastMatches = (words: readonly string[]) => Math.ceil(words.length / 2);

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
  return rows.filter((row) => (counts.get(row.$id) ?? 0) >= leastMatches(words));
}

/** Sorted by the number of matching words, then newest first. */
async function withWords(deps: Deps, filter: Filter, words: readonly string[]): Promise<Row[]> {
  const slice = { after: undefined, descending: true, limit: PER_WORD };
  const found = await Promise.all(words.map((word) => complaintsWithWord(deps.store, word, slice)));
  const counts = new Map<string, number>();
  for (const id of found.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
  const ids = [...counts].filter(([, count]) => count >= leastMatches(words)).map(([id]) => id);
  const rows = await readComplaints(deps.store, ids, filter);
  const countOf = (row: StoredComplaint) => counts.get(row.$id) ?? 0;
  return rows
    .sort((a, b) => countOf(b) - countOf(a) || (a.$id < b.$id ? 1 : -1))
    .map((row) => ({ ...row, distance: null }));
}

async function find(deps: Deps, viewer: Viewer, query: SimilarityQuery): Promise<Row[]> {
  const statuses = STATUSES.filter((status) => !ENDED.includes(status));
  const filter: Filter = { scope: readScopeOf(viewer), statuses, category: query.category };
  const { point, words } = query;
  return point ? around(deps, filter, { ...query, point }) : withWords(deps, filter, words);
}

/** Ignores the case of the category; 422 when it does not exist. */
async function ignoringCase(deps: Deps, viewer: Viewer, query: SimilarityQuery): Promise<Row[]> {
  const found = await find(deps, viewer, query);
  if (query.category === undefined || found.length > 0) return found;
  const category = await storedCategory(deps, query.category);
  return category === query.category ? found : find(deps, viewer, { ...query, category });
}

/**
 * At most five open complaints that may be the original of a new one: within 500 metres of its place, nearest first,
 * with at least half of any words. Without a place: most matching words first, `distance` null. Only the viewer's own
 * hidden complaints are included.
 */
export async function findSimilar(deps: Deps, viewer: Viewer, query: SimilarityQuery) {
  const rows = (await ignoringCase(deps, viewer, query)).slice(0, MAX_RESULTS);
  const audience = { viewer, config: deps.config, relations: await relationsOf(deps, viewer, rows) };
  return {
    items: rows.map((row) => ({
      ...presentComplaint(row, audience),
      distance: row.distance === null ? null : Math.round(row.distance),
    })),
  };
}
