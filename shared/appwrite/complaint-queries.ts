import { Query } from 'node-appwrite';
import type { Sort } from '#shared/domain/complaint.ts';
import type { Box } from '#shared/domain/geometry.ts';
import { sortKey, timeKey } from '#shared/domain/ids.ts';
import type { ReadScope } from '#shared/domain/policy.ts';
import { ENDED, STATUSES, type Status } from '#shared/domain/status.ts';

export type Filter = {
  scope: ReadScope;
  statuses?: readonly Status[] | undefined;
  /** null: without a category. */
  category?: string | null | undefined;
  /** A reporter by name; `unmasked` also finds what they filed anonymously. */
  reporter?: { name: string; unmasked: boolean } | undefined;
  /** The id of the account whose complaints are asked for. */
  mine?: string | undefined;
  /** null: unassigned. */
  assignedTo?: string | null | undefined;
  /** Overdue at `at` (the deadline has passed and the status is not ended), or with `is: false` all others. */
  overdue?: { at: Date; is: boolean } | undefined;
  /** true: hidden complaints only. false: visible complaints only. */
  hidden?: boolean | undefined;
  /** Located in this box, edges included. */
  box?: Box | undefined;
  anonymous?: boolean | undefined;
  /** Filed at this moment or later. */
  from?: Date | undefined;
  /** Filed before this moment. */
  to?: Date | undefined;
};

/** The unique sort keys of lists. They begin with the time of filing, of the last change and of the deadline. */
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

/**
 * Copies of the keys for lists that fix another column, such as the status. They are indexed behind other columns only:
 * with an index on the key alone, MariaDB and PostgreSQL would choose that one, read the whole list in its order and
 * drop the rows of other statuses.
 */
const KEYS_WITHIN = { $id: 'filedWithin', changedKey: 'changedWithin', dueKey: 'dueWithin' } as const;

/**
 * Stands for no category in `categoryKey` and for no assignee in `assignedKey`. PostgreSQL gives no order behind a null
 * column.
 */
const NONE = '-';

/** The columns that decide where lists show a complaint. */
export type Listable = {
  changedAt: string;
  overdueAt: string | null;
  category: string | null;
  assignedTo: string | null;
};

/** The columns that only lists use, derived from `Listable`. Write them whenever one of its columns changes. */
export function listColumns(id: string, { changedAt, overdueAt, category, assignedTo }: Listable) {
  const changedKey = sortKey(new Date(changedAt), id);
  const dueKey = sortKey(overdueAt === null ? null : new Date(overdueAt), id);
  const keys = { changedKey, dueKey, filedWithin: id, changedWithin: changedKey, dueWithin: dueKey };
  return { ...keys, categoryKey: category ?? NONE, assignedKey: assignedTo ?? NONE };
}

type Column = 'hidden' | 'reporterId' | 'reporterName' | 'assignedKey' | 'categoryKey' | 'status';
type Value = string | boolean;

/** A part of a list that one index gives in order. */
export type Stream = {
  /** The leading columns of the index, in its order, each with its value. The list's key follows them. */
  fixed: [Column, Value][];
  /** Conditions that nearly every row meets: they cost almost no extra rows. */
  light: string[];
  /** Conditions without an index: a page may have to read many rows to find matches. */
  rest: string[];
};

/**
 * The leading columns of the complaint indexes, the most selective first. `onlyFiled`: for lists in order of filing
 * only.
 */
const PREFIXES: readonly { columns: readonly Column[]; onlyFiled?: true }[] = [
  { columns: ['reporterId', 'hidden'] },
  { columns: ['reporterId'], onlyFiled: true },
  { columns: ['reporterName'], onlyFiled: true },
  { columns: ['hidden'], onlyFiled: true },
  { columns: ['assignedKey', 'status'] },
  { columns: ['assignedKey'] },
  { columns: ['categoryKey', 'status'], onlyFiled: true },
  { columns: ['categoryKey'], onlyFiled: true },
  { columns: ['status'] },
  { columns: [] },
];

/** Columns where one value may be shared by a large part of all complaints. */
const POPULAR: readonly Column[] = ['assignedKey', 'categoryKey', 'status'];

/** Whether the fixed columns of a stream may match a large part of all complaints. */
export const isPopular = ({ fixed }: Stream) => fixed.some(([column]) => POPULAR.includes(column));

/** Whether a stream holds the hidden complaints only. */
export const isHiddenOnly = ({ fixed }: Stream) =>
  fixed.some(([column, value]) => column === 'hidden' && value === true);

const is = (column: string, value: Value | null) =>
  value === null ? Query.isNull(column) : Query.equal(column, value);

/** As a range: with `equal`, MariaDB chooses the index of `hidden` and reads all visible complaints. */
const NOT_HIDDEN = Query.lessThan('hidden', true);

/**
 * The columns, apart from `status`, that a filter fixes to one value. Nearly all complaints are visible, so no index is
 * used for `hidden: false`.
 */
function fixedBy({ category, reporter, mine, assignedTo, hidden }: Filter): Partial<Record<Column, Value>> {
  return {
    ...(hidden === true ? { hidden } : {}),
    ...(mine === undefined ? {} : { reporterId: mine }),
    ...(reporter ? { reporterName: reporter.name } : {}),
    ...(assignedTo === undefined ? {} : { assignedKey: assignedTo ?? NONE }),
    ...(category === undefined ? {} : { categoryKey: category ?? NONE }),
  };
}

/** Conditions on `assignedTo` and `category` themselves, for queries by id and for counts. */
function plainConditions({ assignedTo, category }: Filter): string[] {
  return [
    ...(assignedTo === undefined ? [] : [is('assignedTo', assignedTo)]),
    ...(category === undefined ? [] : [is('category', category)]),
  ];
}

function lightConditions({ hidden, anonymous, reporter }: Filter): string[] {
  const signed = anonymous ?? (reporter?.unmasked === false ? false : undefined);
  return [
    ...(hidden === false ? [NOT_HIDDEN] : []),
    ...(signed === undefined ? [] : [Query.equal('anonymous', signed)]),
  ];
}

/**
 * Splits a filter into visible complaints and the viewer's own hidden ones. Their lists are merged, since no index
 * serves an OR.
 */
function perScope(filter: Filter): Filter[] {
  const { scope, mine, hidden } = filter;
  if (scope.desk || mine !== undefined || hidden !== undefined) return [filter];
  const shown = { ...filter, hidden: false };
  return scope.userId === undefined ? [shown] : [shown, { ...filter, hidden: true, mine: scope.userId }];
}

const OPEN = STATUSES.filter((status) => !ENDED.includes(status));

/** Overdue complaints are open, so the index of status and deadline serves them. */
function statusesOf({ statuses, overdue }: Filter): readonly Status[] | undefined {
  if (!overdue?.is) return statuses?.length === STATUSES.length ? undefined : statuses;
  return statuses ? OPEN.filter((status) => statuses.includes(status)) : OPEN;
}

function overdueConditions({ overdue }: Filter, column = 'dueKey'): string[] {
  if (!overdue) return [];
  const now = timeKey(overdue.at);
  if (overdue.is) return [Query.lessThan(column, now)];
  return [Query.or([Query.greaterThanEqual(column, now), Query.equal('status', [...ENDED])])];
}

function filedConditions({ from, to }: Filter, column = '$id'): string[] {
  return [
    ...(from ? [Query.greaterThanEqual(column, timeKey(from))] : []),
    ...(to ? [Query.lessThan(column, timeKey(to))] : []),
  ];
}

/** Without an index; small boxes are read by cells instead (list-in-box.ts). */
function boxConditions({ box }: Filter): string[] {
  if (!box) return [];
  const { south, north, west, east } = box;
  const parallels = Query.between('latitude', south, north);
  if (west <= east) return [parallels, Query.between('longitude', west, east)];
  return [parallels, Query.or([Query.greaterThanEqual('longitude', west), Query.lessThanEqual('longitude', east)])];
}

const listsOverdueByDeadline = (filter: Filter, { key }: Order) => key === 'dueKey' && filter.overdue?.is === true;

/**
 * Keeps the database from using an index for this condition: MariaDB may choose it over the stream's index and sort all
 * its rows. The added OR term is never true, since versions are not negative.
 */
const unindexed = (condition: string) => Query.or([condition, Query.lessThan('version', 0)]);

function streamsOfOne(filter: Filter, order: Order): Stream[] {
  const values = fixedBy(filter);
  const statuses = statusesOf(filter);
  const has = (column: Column) => (column === 'status' ? statuses !== undefined : values[column] !== undefined);
  const usable = PREFIXES.find(
    ({ columns, onlyFiled }) => columns.every(has) && (order.key === '$id' || onlyFiled === undefined),
  );
  const prefix = usable?.columns ?? [];
  const rest = [
    ...Object.entries(values).flatMap(([column, value]) =>
      prefix.includes(column as Column) ? [] : [is(column, value)],
    ),
    ...(order.key === '$id' ? [] : filedConditions(filter)),
    ...(listsOverdueByDeadline(filter, order) ? [] : overdueConditions(filter, KEYS_WITHIN.dueKey)),
    ...(statuses && !prefix.includes('status') ? [Query.equal('status', [...statuses])] : []),
    ...boxConditions(filter),
  ].map(unindexed);
  const stream = (status?: Status): Stream => ({
    fixed: prefix.map((column) => [column, (column === 'status' ? status : values[column]) ?? NONE]),
    light: lightConditions(filter),
    rest,
  });
  return statuses && prefix.includes('status') ? statuses.map(stream) : [stream()];
}

/** Splits a list into disjoint streams, each in the order of one index. Merged by key, they give the list. */
export function streamsOf(filter: Filter, order: Order): Stream[] {
  return perScope(filter).flatMap((one) => streamsOfOne(one, order));
}

/** A range of keys: `after` is exclusive, `upTo` inclusive. */
export type Span = { after?: string | undefined; upTo?: string | undefined };

const columnOf = ({ fixed }: Stream, { key }: Order) => (fixed.length === 0 ? key : KEYS_WITHIN[key]);

/** The conditions of a stream that its index answers. */
export function indexedQueries(stream: Stream, filter: Filter, order: Order, { after, upTo }: Span = {}): string[] {
  const { key, descending } = order;
  const column = columnOf(stream, order);
  const beyond = descending ? Query.lessThan : Query.greaterThan;
  const within = descending ? Query.greaterThanEqual : Query.lessThanEqual;
  return [
    ...stream.fixed.map(([fixed, value]) => is(fixed, value)),
    ...(key === '$id' ? filedConditions(filter, column) : []),
    ...(listsOverdueByDeadline(filter, order) ? overdueConditions(filter, column) : []),
    ...(after === undefined ? [] : [beyond(column, after)]),
    ...(upTo === undefined ? [] : [within(column, upTo)]),
  ];
}

/**
 * The order of a stream. It ends with `$id`; otherwise Appwrite appends `$sequence`, which no index has in both
 * directions.
 */
export function orderQueries(stream: Stream, order: Order): string[] {
  const column = columnOf(stream, order);
  const query = order.descending ? Query.orderDesc : Query.orderAsc;
  return [column, ...(column === '$id' ? [] : ['$id'])].map((one) => query(one));
}

/** The conditions of a filter for reading complaints by id. */
export function filterQueriesById(filter: Filter): string[] {
  return filterQueries(filter).map(unindexed);
}

/** All conditions of a filter at once, for counting. */
export function filterQueries(filter: Filter): string[] {
  const { scope, mine, hidden } = filter;
  const statuses = statusesOf(filter);
  const seesAll = scope.desk || mine !== undefined || hidden !== undefined;
  const own = !scope.desk && scope.userId !== undefined ? [Query.equal('reporterId', scope.userId)] : [];
  const visible = own.length > 0 ? Query.or([NOT_HIDDEN, ...own]) : NOT_HIDDEN;
  return [
    ...(seesAll ? [] : [visible]),
    ...Object.entries(fixedBy({ ...filter, assignedTo: undefined, category: undefined })).map(([column, value]) =>
      is(column, value),
    ),
    ...plainConditions(filter),
    ...lightConditions(filter),
    ...(statuses ? [Query.equal('status', [...statuses])] : []),
    ...overdueConditions(filter),
    ...filedConditions(filter),
    ...boxConditions(filter),
  ];
}
