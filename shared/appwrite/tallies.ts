import { Query } from 'node-appwrite';
import { derivedId } from '#shared/domain/ids.ts';
import { STATUSES, type Status } from '#shared/domain/status.ts';
import type { Gateway } from './gateway.ts';
import type { Stored } from './row.ts';
import type { Store } from './store.ts';
import { addTask } from './tasks.ts';
import { add, commit, type Operation, type Outcome, type RowOperation, type Work } from './transaction.ts';

/** What decides in which totals a complaint is counted. */
export type Counted = {
  status: Status;
  category: string | null;
  reporterId: string;
  /** null when the account and its totals were erased. */
  reporterName: string | null;
  anonymous: boolean;
  hidden: boolean;
};

/** Totals count visible and hidden complaints separately, so that each viewer gets the total of what they may see. */
export type Tally = { visible: number; hidden: number };
export const NOTHING: Tally = { visible: 0, hidden: 0 };

export const statusTally = (status: Status) => `status-${status.replace('_', '-')}`;
export const categoryTally = (category: string) => derivedId('c', 'category', category);
const allOf = (userId: string) => `all-${userId}`;
const namedOf = (userId: string) => `named-${userId}`;

/** The account and kind of a total; undefined when it is not an account's. */
export function accountTallyOf(id: string): { userId: string; named: boolean } | undefined {
  const [, kind, userId] = /^(all|named)-(.+)$/.exec(id) ?? [];
  return userId === undefined ? undefined : { userId, named: kind === 'named' };
}

/** The totals of one account: all its complaints, and those that bear its name. */
export function accountTallies(userId: string): [all: string, named: string] {
  return [allOf(userId), namedOf(userId)];
}

function talliesOf(complaint: Counted): string[] {
  const { status, category, reporterId, reporterName, anonymous } = complaint;
  const own = reporterName === null ? [] : anonymous ? [allOf(reporterId)] : accountTallies(reporterId);
  return [statusTally(status), ...(category === null ? [] : [categoryTally(category)]), ...own];
}

/**
 * The value of the column `counted`: the fields that decide in which totals the row is counted. Written in the commit
 * that changes the totals.
 */
export function countedAs({ status, category, hidden, anonymous, reporterId, reporterName }: Counted): string {
  const reporter = reporterName === null ? '' : reporterId;
  return [status, category ?? '', Number(hidden), Number(anonymous), reporter].join('|');
}

/**
 * Reads the column `counted`: how the row is counted now, whatever was edited in the console since. Undefined: in no
 * total.
 */
export function countedBefore(row: { counted: string | null; reporterName: string | null }): Counted | undefined {
  const [name, category, hidden, anonymous, reporter = ''] = row.counted?.split('|') ?? [];
  const status = STATUSES.find((known) => known === name);
  if (!status) return undefined;
  return {
    status,
    category: category || null,
    hidden: hidden === '1',
    anonymous: anonymous === '1',
    reporterId: reporter,
    // The totals of an erased account are gone, so its complaints are not counted in them any more.
    reporterName: reporter === '' || row.reporterName === null ? null : reporter,
  };
}

function placesOf(complaint: Counted | undefined): Set<string> {
  const column = complaint?.hidden ? 'hidden' : 'visible';
  return new Set(complaint ? talliesOf(complaint).map((id) => `${id}/${column}`) : []);
}

/** The operations that move a complaint between totals, sorted by row, so that two commits cannot deadlock. */
export function tallyOperations(before: Counted | undefined, after: Counted | undefined): RowOperation[] {
  const left = placesOf(before);
  const entered = placesOf(after);
  const changes = [
    ...[...left].filter((place) => !entered.has(place)).map((place) => ({ place, by: -1 as const })),
    ...[...entered].filter((place) => !left.has(place)).map((place) => ({ place, by: 1 as const })),
  ];
  return changes
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ place, by }) => {
      const [rowId = '', column = ''] = place.split('/');
      return add('tallies', rowId, { column, by });
    });
}

/**
 * Commits work that changes totals. When a total is missing, only creates it and returns `missing`: the caller has to
 * retry.
 */
export async function commitCounted(
  { gateway, store }: { gateway: Gateway; store: Store },
  work: Work,
  transaction?: Promise<string>,
): Promise<Outcome> {
  const outcome = await commit(gateway, work, transaction);
  if (outcome === 'missing') await ensureTallies(store, work.operations);
  return outcome;
}

async function ensureTallies(store: Store, operations: readonly Operation[]): Promise<void> {
  const ids = new Set(
    operations.flatMap((operation) =>
      operation.tableId === 'tallies' && 'rowId' in operation ? [operation.rowId] : [],
    ),
  );
  await Promise.all([...ids].map((id) => store.tallies.insert(id, { ...NOTHING })));
  // The total may have been deleted in the console, so it has to be counted from scratch.
  const shared = [...ids].filter((id) => !accountTallyOf(id));
  await Promise.all(shared.map((subject) => addTask(store, { kind: 'recount', subject, dueAt: new Date() })));
}

/** The totals of these ids; missing ones are left out. */
export async function readTallies(store: Store, ids: readonly string[]): Promise<Map<string, Stored<Tally>>> {
  if (ids.length === 0) return new Map();
  const { rows } = await store.tallies.list([
    Query.equal('$id', [...ids]),
    Query.orderAsc('$id'),
    Query.limit(ids.length),
  ]);
  return new Map(rows.map((row) => [row.$id, row]));
}

export const ALL_STATUS_TALLIES = STATUSES.map(statusTally);
