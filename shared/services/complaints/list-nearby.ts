import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { readComplaints, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { type Placed, RANGES_PER_QUERY, readBeside, readOwnHidden, readRanges } from '#shared/appwrite/places.ts';
import { withAllWords } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import { cellOf, cellRanges } from '#shared/domain/cells.ts';
import { boxAround, metresBetween, type Point } from '#shared/domain/geometry.ts';
import { MAX_ROWS_READ } from './list-complaints.ts';

/** The end of a page: distance in metres, id, and the density there (complaints per square metre times pi). */
export type NearbyPosition = { distance: number; id: string; density: number };

export type Nearby = {
  point: Point;
  /** In metres. */
  radius: number;
  /** Only `scope`, `statuses` and `category` are used. */
  filter: Filter;
  /** Folded words that must all match. */
  words: readonly string[];
  pageSize: number;
  after: NearbyPosition | undefined;
};

export type NearbyRow = StoredComplaint & { distance: number };
type Near = { id: string; distance: number; row: Placed };
type Ring = { near: Near[]; density: number };

/** The most ranges of cells that cover one ring. */
const MAX_RANGES = 4 * RANGES_PER_QUERY;
const ROWS_PER_QUERY = 500;
/** A ring thinner than this many metres is not divided further. */
const THINNEST = 1;
/** Sorts after every id. */
const LAST_ID = '~';

const isBeyond = (near: Pick<Near, 'id' | 'distance'>, { distance, id }: Pick<NearbyPosition, 'distance' | 'id'>) =>
  near.distance > distance || (near.distance === distance && near.id > id);

function isWanted({ statuses, category }: Filter, row: Placed): boolean {
  return (
    (statuses === undefined || statuses.includes(row.status)) && (category === undefined || row.category === category)
  );
}

/** Reads rings outwards from a point. `read` is the number of rows read so far. */
class Search {
  readonly #deps: Deps;
  readonly #request: Nearby;
  #own: Promise<Placed[]> | undefined;
  read = 0;

  constructor(deps: Deps, request: Nearby) {
    this.#deps = deps;
    this.#request = request;
  }

  #placed(rows: readonly Placed[]): Near[] {
    const { point } = this.#request;
    return rows.flatMap((row) => {
      const { latitude, longitude } = row;
      if (latitude === null || longitude === null) return [];
      return [{ id: row.$id, distance: metresBetween(point, { latitude, longitude }), row }];
    });
  }

  async #matching(within: readonly Near[]): Promise<Near[]> {
    const { filter, words } = this.#request;
    const wanted = within.filter(({ row }) => isWanted(filter, row));
    if (words.length === 0) return wanted;
    const ids = wanted.map(({ id }) => id);
    const found = new Set(await withAllWords(this.#deps.store, ids, words));
    return wanted.filter(({ id }) => found.has(id));
  }

  /**
   * Estimates a radius that contains more than a page of matches, from the rows in the cells beside the point. If too
   * few of them match, it is twice their median distance.
   */
  async guess(): Promise<number> {
    const { point, filter, pageSize, radius } = this.#request;
    const limit = 2 * (pageSize + 1);
    const rows = await readBeside(this.#deps.store, filter.scope, cellOf(point), limit);
    this.read += rows.length;
    if (rows.length < limit) return radius;
    const distances = (some: readonly Placed[]) =>
      some
        .flatMap(({ latitude, longitude }) =>
          latitude === null || longitude === null ? [] : metresBetween(point, { latitude, longitude }),
        )
        .sort((a, b) => a - b);
    const matching = distances(rows.filter((row) => isWanted(filter, row)))[pageSize];
    const all = distances(rows);
    return Math.min(radius, matching ?? 2 * (all[all.length >> 1] ?? radius));
  }

  /** The complaints between two distances; undefined if they are too many for one read. */
  async ring(inner: NearbyPosition | undefined, outer: number): Promise<Ring | undefined> {
    const { point, filter } = this.#request;
    const begin = inner?.distance ?? 0;
    const area = { center: point, inner: begin, outer, box: boxAround(point, outer) };
    const ranges = cellRanges(area, inner === undefined ? RANGES_PER_QUERY : MAX_RANGES);
    this.#own ??= readOwnHidden(this.#deps.store, filter.scope, ROWS_PER_QUERY);
    const [{ rows, isCut }, own] = await Promise.all([
      readRanges(this.#deps.store, { scope: filter.scope, ranges, limit: ROWS_PER_QUERY }),
      this.#own,
    ]);
    this.read += rows.length;
    if (isCut && outer - begin > THINNEST) return undefined;
    const within = this.#placed([...rows, ...own]).filter(
      ({ distance, id }) => distance <= outer && (inner === undefined || isBeyond({ distance, id }, inner)),
    );
    const density = within.length / Math.max(1, outer ** 2 - begin ** 2);
    return { near: await this.#matching(within), density };
  }
}

/** Estimates the next radius, which adds about `places` complaints. */
function nextReach({ distance, density }: Pick<NearbyPosition, 'distance' | 'density'>, places: number): number {
  const outer = density > 0 ? Math.sqrt(distance ** 2 + places / density) : 2 * distance;
  return Math.max(outer, distance + THINNEST);
}

/** Reads outwards until there is more than a page, or the radius or the row limit is reached. `reached` is the end. */
async function collect(
  deps: Deps,
  request: Nearby,
): Promise<{ near: Near[]; reached: NearbyPosition; isEnd: boolean }> {
  const { radius, pageSize, after, words, filter } = request;
  const isPicky = words.length > 0 || filter.statuses !== undefined || filter.category !== undefined;
  const places = isPicky ? ROWS_PER_QUERY / 2 : 1.5 * (pageSize + 1);
  const search = new Search(deps, request);
  const near: Near[] = [];
  let inner = after;
  let outer = Math.min(radius, after ? nextReach(after, places) : await search.guess());
  for (;;) {
    const ring = await search.ring(inner, outer);
    if (ring) {
      near.push(...ring.near);
      inner = { distance: outer, id: LAST_ID, density: ring.density };
      const isEnd = outer >= radius;
      if (isEnd || near.length > pageSize || search.read >= MAX_ROWS_READ) return { near, reached: inner, isEnd };
      outer = Math.min(radius, nextReach(inner, places));
    } else {
      if (inner && inner !== after && search.read >= MAX_ROWS_READ) return { near, reached: inner, isEnd: false };
      const begin = inner?.distance ?? 0;
      outer = begin + (outer - begin) / 3;
    }
  }
}

/**
 * A page of complaints around a point, nearest first. Reads about MAX_ROWS_READ rows at most; if few of them match, the
 * page is short and `next` continues.
 */
export async function listNearby(
  deps: Deps,
  request: Nearby,
): Promise<{ rows: NearbyRow[]; next: NearbyPosition | undefined }> {
  const { pageSize, filter } = request;
  const { near, reached, isEnd } = await collect(deps, request);
  near.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
  const shown = near.slice(0, pageSize);
  const complaints = await readComplaints(
    deps.store,
    shown.map(({ id }) => id),
    filter,
  );
  const byId = new Map(complaints.map((row) => [row.$id, row]));
  const rows = shown.flatMap(({ id, distance }) => {
    const row = byId.get(id);
    return row ? [{ ...row, distance }] : [];
  });
  const last = shown.at(-1);
  if (near.length > pageSize && last) {
    return { rows, next: { distance: last.distance, id: last.id, density: reached.density } };
  }
  return { rows, next: isEnd ? undefined : reached };
}
