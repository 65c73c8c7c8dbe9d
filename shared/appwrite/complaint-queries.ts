import { Query } from 'node-appwrite';
import type { Sort } from '#shared/domain/complaint.ts';
import { sortKey, timeKey } from '#shared/domain/ids.ts';
import type { Sight } from '#shared/domain/policy.ts';
import { ENDED, STATUSES, type Status } from '#shared/domain/status.ts';

export type Filter = {
  sight: Sight;
  statuses?: readonly Status[] | undefined;
  /** null: without a category. */
  category?: string | null | undefined;
  /** A reporter by name; `unmasked` also finds what they filed anonymously. */
  reporter?: { name: string; unmasked: boolean } | undefined;
  /** The id of the account whose complaints are asked for. */
  mine?: string | undefined;
  /** null: assigned to nobody. */
  assignedTo?: string | null | undefined;
  /** Whether the deadline has passed at this moment, in a status that is not ended. */
  overdue?: { at: Date; is: boolean } | undefined;
  /** Only what is hidden, or only what is not. */
  hidden?: boolean | undefined;
  anonymous?: boolean | undefined;
  /** Filed at this moment or later. */
  from?: Date | undefined;
  /** Filed before this moment. */
  to?: Date | undefined;
};

/** The unique columns that lists are ordered by. Each sorts by a time; a `$id` begins with the time of filing. */
export type Key = '$id' | 'changedKey' | 'dueKey';
export type Order = { key: Key; descending: boolean };

const ORDERS: Record<Sort, Order> = {
  '-createdAt': { key: '$id', descending: true },
  createdAt: { key: '$id', descending: false },
  '-updatedAt': { key: 'changedKey', descending: true },
  updatedAt: { key: 'changedKey', descending: false },
  overdueAt: { key: 'dueKey', descending: false },
};

export const orderOf = (sort: Sort): Order => ORDERS[sort];

/** The columns `changedKey` and `dueKey` of a complaint. */
export function sortKeys(id: string, { changedAt, overdueAt }: { changedAt: string; overdueAt: string | null }) {
  return {
    changedKey: sortKey(new Date(changedAt), id),
    dueKey: sortKey(overdueAt === null ? null : new Date(overdueAt), id),
  };
}

type Column = 'hidden' | 'anonymous' | 'reporterId' | 'reporterName' | 'assignedTo' | 'category' | 'status';
type Values = Partial<Record<Column, string | boolean | null>>;

/**
 * A part of a list that one index gives in order. `fixed` are the columns the index begins with, in its order, each
 * with its one value; the key of the list's order follows. `rest` are conditions that no index of the list has: a page
 * may have to read many rows to find some that meet them.
 */
export type Stream = { fixed: [Column, string | boolean | null][]; rest: string[] };

/**
 * The columns that indexes of complaints begin with, before a key, the most selective first. Every combination is
 * declared in appwrite.json for `$id`; those without `category`, `reporterId` and `reporterName` for the other keys.
 */
const PREFIXES: readonly Column[][] = [
  ['reporterId', 'hidden'],
  ['reporterId'],
  ['hidden', 'anonymous', 'reporterName'],
  ['reporterName'],
  ['assignedTo', 'status'],
  ['assignedTo'],
  ['hidden', 'category', 'status'],
  ['hidden', 'category'],
  ['category', 'status'],
  ['category'],
  ['hidden', 'status'],
  ['hidden'],
  ['status'],
  [],
];
const BY_FILING_ONLY: readonly Column[] = ['category', 'reporterName'];

function prefixFor(values: Values, { key }: Order): readonly Column[] {
  const usable = (prefix: readonly Column[]) =>
    prefix.every((column) => values[column] !== undefined && (key === '$id' || !BY_FILING_ONLY.includes(column))) &&
    (key === '$id' || prefix.join() !== 'reporterId');
  return PREFIXES.find(usable) ?? [];
}

const is = (column: Column, value: string | boolean | null) =>
  value === null ? Query.isNull(column) : Query.equal(column, value);

/** The columns whose value a filter fixes, apart from `status`. */
function fixedBy({ category, reporter, mine, assignedTo, hidden, anonymous }: Filter): Values {
  const masked = reporter?.unmasked === false ? false : undefined;
  return {
    ...(hidden === undefined ? {} : { hidden }),
    ...((anonymous ?? masked) === undefined ? {} : { anonymous: anonymous ?? masked ?? false }),
    ...(mine === undefined ? {} : { reporterId: mine }),
    ...(reporter ? { reporterName: reporter.name } : {}),
    ...(assignedTo === undefined ? {} : { assignedTo }),
    ...(category === undefined ? {} : { category }),
  };
}

/** A filter once for each kind of complaint that the viewer may see: lists of them are merged, since no index gives an OR. */
function perSight(filter: Filter): Filter[] {
  const { sight, mine, hidden } = filter;
  if (sight.desk || mine !== undefined || hidden !== undefined) return [filter];
  const shown = { ...filter, hidden: false };
  return sight.userId === undefined ? [shown] : [shown, { ...filter, hidden: true, mine: sight.userId }];
}

const OPEN = STATUSES.filter((status) => !ENDED.includes(status));

/** What is overdue is open, so that an index of statuses and deadlines gives it. */
function statusesOf({ statuses, overdue }: Filter): readonly Status[] | undefined {
  if (!overdue?.is) return statuses?.length === STATUSES.length ? undefined : statuses;
  return statuses ? OPEN.filter((status) => statuses.includes(status)) : OPEN;
}

function overdueConditions({ overdue }: Filter): string[] {
  if (!overdue) return [];
  const now = timeKey(overdue.at);
  if (overdue.is) return [Query.lessThan('dueKey', now)];
  return [Query.or([Query.greaterThanEqual('dueKey', now), Query.equal('status', [...ENDED])])];
}

function filedConditions({ from, to }: Filter): string[] {
  return [
    ...(from ? [Query.greaterThanEqual('$id', timeKey(from))] : []),
    ...(to ? [Query.lessThan('$id', timeKey(to))] : []),
  ];
}

/** Conditions on the key of the order itself, which its index answers. */
function rangeOf(filter: Filter, { key }: Order): string[] {
  if (key === '$id') return filedConditions(filter);
  return key === 'dueKey' && filter.overdue?.is ? overdueConditions(filter) : [];
}

function streamsOfOne(filter: Filter, order: Order): Stream[] {
  const values = fixedBy(filter);
  const statuses = statusesOf(filter);
  const prefix = prefixFor(statuses ? { ...values, status: '' } : values, order);
  const loose = Object.entries(values).filter(([column]) => !prefix.includes(column as Column));
  const rest = [
    ...loose.map(([column, value]) => is(column as Column, value)),
    ...(order.key === '$id' ? [] : filedConditions(filter)),
    ...(order.key === 'dueKey' && filter.overdue?.is ? [] : overdueConditions(filter)),
  ];
  const fixed = (status?: Status) =>
    prefix.map((column): Stream['fixed'][number] => [
      column,
      column === 'status' ? (status ?? null) : (values[column] ?? null),
    ]);
  if (!statuses) return [{ fixed: fixed(), rest }];
  if (!prefix.includes('status')) return [{ fixed: fixed(), rest: [...rest, Query.equal('status', [...statuses])] }];
  return statuses.map((status) => ({ fixed: fixed(status), rest }));
}

/** The parts of a list, each in the order of an index; merged by their keys they are the list. No complaint is in two. */
export function streamsOf(filter: Filter, order: Order): Stream[] {
  return perSight(filter).flatMap((one) => streamsOfOne(one, order));
}

/** Between which keys to read: after one (not included), up to another (included). */
export type Span = { after?: string | undefined; upTo?: string | undefined };

/** The conditions of a stream that its index answers. */
export function indexedQueries(stream: Stream, filter: Filter, order: Order, { after, upTo }: Span = {}): string[] {
  const { key, descending } = order;
  const beyond = descending ? Query.lessThan : Query.greaterThan;
  const within = descending ? Query.greaterThanEqual : Query.lessThanEqual;
  return [
    ...stream.fixed.map(([column, value]) => is(column, value)),
    ...rangeOf(filter, order),
    ...(after === undefined ? [] : [beyond(key, after)]),
    ...(upTo === undefined ? [] : [within(key, upTo)]),
  ];
}

/**
 * The order of a stream in the terms of its index. Columns that are null are part of it: PostgreSQL does not see that
 * they are all the same. `$id` is always the end: Appwrite would add `$sequence` to an order without it.
 */
export function orderQueries(stream: Stream, { key, descending }: Order): string[] {
  const order = descending ? Query.orderDesc : Query.orderAsc;
  const empty = stream.fixed.filter(([, value]) => value === null).map(([column]) => column);
  return [...empty, key, ...(key === '$id' ? [] : ['$id'])].map((column) => order(column));
}

/** All conditions of a filter at once, for counting and for complaints that are known by their ids. */
export function filterQueries(filter: Filter): string[] {
  const { sight, mine, hidden } = filter;
  const statuses = statusesOf(filter);
  const shown = Query.equal('hidden', false);
  const seesAll = sight.desk || mine !== undefined || hidden !== undefined;
  const own = !sight.desk && sight.userId !== undefined ? [Query.equal('reporterId', sight.userId)] : [];
  const visible = own.length > 0 ? Query.or([shown, ...own]) : shown;
  return [
    ...(seesAll ? [] : [visible]),
    ...Object.entries(fixedBy(filter)).map(([column, value]) => is(column as Column, value)),
    ...(statuses ? [Query.equal('status', [...statuses])] : []),
    ...overdueConditions(filter),
    ...filedConditions(filter),
  ];
}
