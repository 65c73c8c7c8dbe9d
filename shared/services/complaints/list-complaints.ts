import {
  type Filter,
  isHiddenOnly,
  isPopular,
  type Order,
  type Span,
  type Stream,
  streamsOf,
} from '#shared/appwrite/complaint-queries.ts';
import {
  COUNT_CAP,
  type ComplaintKeys,
  countStream,
  keyAfterRows,
  keyOf,
  readComplaints,
  readKeys,
  readStream,
  type StoredComplaint,
} from '#shared/appwrite/complaints.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, HOUR } from '#shared/domain/clock.ts';
import { NEVER_KEY, timeKey, timeOfKey } from '#shared/domain/ids.ts';
import { invalidField } from '#shared/domain/problems.ts';
import { exactTotal, type Total } from './totals.ts';

/** The end of a page: its last key, and the milliseconds between its first and last row if it has two. */
export type PagePosition = { key: string; width?: number | undefined };

export type Wanted = {
  filter: Filter;
  order: Order;
  pageSize: number;
  /** Counts from 1; ignored when `after` is set. */
  page: number;
  after: PagePosition | undefined;
};

/** `next`: the position of the next page. `total` is null if nothing was counted. */
export type Found = { rows: StoredComplaint[]; next: PagePosition | undefined; total: Total | null };

/** The most rows that are read for one page if no index covers all conditions. */
export const MAX_ROWS_READ = 2_000;

/** An offset reads all rows that it skips, so deeper pages are refused. `after` seeks instead. */
const DEEPEST_OFFSET = 20_000;
const DEEPEST_MERGED = 2_000;

type Part<T> = {
  rows: T[];
  total: number;
  /** Whether these are the own hidden complaints of a viewer who is not staff. */
  isOwn: boolean;
  /** The key up to which this part was read; undefined if it was read to its end or its limit. */
  end: string | undefined;
};

type Read<T> = (stream: Stream, span: Span) => Promise<{ rows: T[]; total: number }>;
type Reading<T> = { stream: Stream; most: number; read: Read<T> };

/**
 * The spans to read from a key on, in turn until a page is full; undefined: to the end. From the middle of a popular
 * status or category, MariaDB scans from the newest row on unless the query asks for a short span.
 */
function spansFrom({ filter, order, after }: Wanted, stream: Stream, now: Date): (string | undefined)[] {
  const { key, descending } = order;
  const bound = key === '$id' ? (descending ? filter.to : filter.from) : undefined;
  const start = after?.key ?? (bound && timeKey(bound));
  if (start === undefined || !isPopular(stream) || start.startsWith(NEVER_KEY)) return [undefined];
  const time = timeOfKey(start).getTime();
  const usual = Math.max(30 * DAY, Math.abs(now.getTime() - time) / 8);
  const first = after?.width === undefined ? usual : Math.max(HOUR, 8 * after.width);
  return [
    ...[first, 64 * first].map((width) => timeKey(new Date(descending ? time - width : time + width))),
    undefined,
  ];
}

/** Reads matching rows of a stream from a key on: the first span with more than a page, or all the rest. */
async function readIndexed<T>(deps: Deps, wanted: Wanted, { stream, read }: Reading<T>): Promise<Part<T>> {
  const after = wanted.after?.key;
  const isOwn = !wanted.filter.scope.desk && isHiddenOnly(stream);
  for (const upTo of spansFrom(wanted, stream, deps.clock.now())) {
    const { rows, total } = await read(stream, { after, upTo });
    if (upTo === undefined) return { rows, total, isOwn, end: undefined };
    if (rows.length <= wanted.pageSize) continue;
    const all = after === undefined ? await countStream(deps.store, stream, wanted) : 0;
    return { rows, total: all, isOwn, end: undefined };
  }
  throw new Error('the last span has no end');
}

/** Reads at most `most` rows of a stream's index and keeps the matching ones. */
async function readSearched<T>(deps: Deps, wanted: Wanted, { stream, most, read }: Reading<T>): Promise<Part<T>> {
  const { filter, order } = wanted;
  const after = wanted.after?.key;
  let end: string | undefined;
  for (const upTo of spansFrom(wanted, stream, deps.clock.now())) {
    end = await keyAfterRows(deps.store, stream, { filter, order }, { after, upTo, rows: most });
    if (end !== undefined) break;
  }
  const { rows, total } = await read(stream, { after, upTo: end });
  return { rows, total, isOwn: !filter.scope.desk && isHiddenOnly(stream), end };
}

function readParts<T>(deps: Deps, wanted: Wanted, streams: Stream[], read: Read<T>): Promise<Part<T>[]> {
  const searched = streams.filter((stream) => stream.rest.length > 0).length;
  const most = Math.floor(MAX_ROWS_READ / Math.max(1, searched));
  return Promise.all(
    streams.map((stream) =>
      (stream.rest.length > 0 ? readSearched : readIndexed)(deps, wanted, { stream, most, read }),
    ),
  );
}

/** Merges the parts by key, up to the key that all of them have reached. `end` is that key if the list continues. */
function merge<T extends ComplaintKeys>(parts: readonly Part<T>[], { key, descending }: Order) {
  const sign = descending ? -1 : 1;
  const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -sign : sign);
  const ends = parts.flatMap(({ end }) => (end === undefined ? [] : [end])).sort(compare);
  const [end] = ends;
  const rows = parts
    .flatMap((part) => part.rows)
    .filter((row) => end === undefined || compare(keyOf(row, key), end) <= 0)
    .sort((a, b) => compare(keyOf(a, key), keyOf(b, key)));
  return { rows, end };
}

async function totalOf(deps: Deps, { filter }: Wanted, parts: readonly Part<unknown>[]): Promise<Total> {
  const sum = (some: readonly Part<unknown>[]) => some.reduce((all, { total }) => all + total, 0);
  const counted = {
    all: sum(parts),
    own: sum(parts.filter((part) => part.isOwn)),
    isCut: parts.some((part) => part.end !== undefined),
    isCapped: parts.some((part) => part.total >= COUNT_CAP),
  };
  return exactTotal(deps.store, filter, counted);
}

function pageOf<T extends ComplaintKeys>(merged: { rows: T[]; end: string | undefined }, wanted: Wanted, skip: number) {
  const { order, pageSize } = wanted;
  const rows = merged.rows.slice(skip, skip + pageSize);
  const [first] = rows;
  const last = rows[pageSize - 1];
  if (merged.rows.length > skip + pageSize && first && last) {
    const key = keyOf(last, order.key);
    const between = timeOfKey(key).getTime() - timeOfKey(keyOf(first, order.key)).getTime();
    return { rows, next: { key, width: rows.length > 1 ? Math.abs(between) : undefined } };
  }
  return { rows, next: merged.end === undefined ? undefined : { key: merged.end } };
}

/** Reads a later page of a merged list: first the keys, then the complaints of the page. */
async function mergedPage(deps: Deps, wanted: Wanted, streams: Stream[], offset: number): Promise<Found> {
  const { filter, order, pageSize } = wanted;
  const limit = offset + pageSize + 1;
  const read: Read<ComplaintKeys> = (stream, span) =>
    readKeys(deps.store, stream, { filter, order }, { ...span, limit, total: true });
  const parts = await readParts(deps, wanted, streams, read);
  const { rows: keys, next } = pageOf(merge(parts, order), wanted, offset);
  const [complaints, total] = await Promise.all([
    readComplaints(
      deps.store,
      keys.map((row) => row.$id),
      filter,
    ),
    totalOf(deps, wanted, parts),
  ]);
  const byId = new Map(complaints.map((row) => [row.$id, row]));
  return { rows: keys.flatMap((row) => byId.get(row.$id) ?? []), next, total };
}

async function onePage(deps: Deps, wanted: Wanted, streams: Stream[], offset: number): Promise<Found> {
  const { filter, order, pageSize, after } = wanted;
  const slice = { limit: pageSize + 1, offset, total: after === undefined };
  const read: Read<StoredComplaint> = (stream, span) =>
    readStream(deps.store, stream, { filter, order }, { ...slice, ...span });
  const parts = await readParts(deps, wanted, streams, read);
  const { rows, next } = pageOf(merge(parts, order), wanted, 0);
  return { rows, next, total: after === undefined ? await totalOf(deps, wanted, parts) : null };
}

/** Answers a page that is too deep: empty if the list surely ends before it, else 422. */
async function beyondDepth(deps: Deps, wanted: Wanted, streams: Stream[], deepest: number): Promise<Found> {
  const { filter, order, page, pageSize } = wanted;
  const read: Read<ComplaintKeys> = (stream, span) =>
    readKeys(deps.store, stream, { filter, order }, { ...span, limit: 1, total: true });
  const total = await totalOf(deps, wanted, await readParts(deps, wanted, streams, read));
  if (total.isExact && total.total <= (page - 1) * pageSize) return { rows: [], next: undefined, total };
  const message = `reaches deeper than ${deepest} entries of this list; follow \`next\` with \`after\` instead`;
  throw invalidField('page', 'too_big', message);
}

/**
 * A page of complaints in index order. Reads at most MAX_ROWS_READ rows if no index covers all conditions; the page may
 * then be short, and `next` continues. 422 for a page number that is too deep.
 */
export async function listComplaints(deps: Deps, wanted: Wanted): Promise<Found> {
  const streams = streamsOf(wanted.filter, wanted.order);
  const offset = wanted.after === undefined ? (wanted.page - 1) * wanted.pageSize : 0;
  const isMerged = streams.length > 1;
  const deepest = isMerged ? DEEPEST_MERGED : DEEPEST_OFFSET;
  if (offset > deepest) return beyondDepth(deps, wanted, streams, deepest);
  if (isMerged && offset > 0) return mergedPage(deps, wanted, streams, offset);
  return onePage(deps, wanted, streams, offset);
}
