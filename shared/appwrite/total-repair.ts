import { Query } from 'node-appwrite';
import { STATUSES } from '#shared/domain/status.ts';
import { COUNT_CAP, listCategories } from './complaints.ts';
import { countExactly } from './exact-count.ts';
import type { Gateway } from './gateway.ts';
import type { CheckedComplaint } from './reconciliation.ts';
import type { Store } from './store.ts';
import {
  accountTallyOf,
  type Counted,
  categoryTally,
  commitCounted,
  countedAs,
  countedBefore,
  NOTHING,
  statusTally,
  tallyOperations,
} from './tallies.ts';
import { update, type Work } from './transaction.ts';

/** A stored total and the conditions of the complaints that it counts. */
export type StoredTotal = { id: string; conditions: readonly string[] };

const ATTEMPTS = 3;
/** The totals of an account are only used above the cap; they are checked from a little below it. */
const CHECKED_FROM = COUNT_CAP - 500;
const MAX_LARGE_ACCOUNTS = 5_000;

function totalOfStatus(status: Counted['status']): StoredTotal {
  return { id: statusTally(status), conditions: [Query.equal('status', status)] };
}

function totalOfCategory(category: string): StoredTotal {
  return { id: categoryTally(category), conditions: [Query.equal('category', category)] };
}

/** The totals of every status and category. */
export async function sharedTotals(store: Store): Promise<StoredTotal[]> {
  const categories = await listCategories(store);
  return [...STATUSES.map(totalOfStatus), ...categories.map(({ $id }) => totalOfCategory($id))];
}

/**
 * The totals of accounts with so many complaints that their lists are not counted any more. Scans the table without an
 * index, once a day.
 */
export async function totalsOfLargeAccounts(store: Store): Promise<StoredTotal[]> {
  const { rows } = await store.tallies.list([
    Query.greaterThanEqual('visible', CHECKED_FROM),
    Query.limit(MAX_LARGE_ACCOUNTS),
  ]);
  return rows.flatMap(({ $id: id }) => {
    const account = accountTallyOf(id);
    if (!account) return [];
    const own = Query.equal('reporterId', account.userId);
    return [{ id, conditions: account.named ? [own, Query.equal('anonymous', false)] : [own] }];
  });
}

/** Whether the totals count a complaint as it is; false after it was created, edited or hidden in the console. */
export function matchesTotals(complaint: CheckedComplaint): boolean {
  const before = countedBefore(complaint);
  return before !== undefined && countedAs(before) === countedAs(complaint);
}

/**
 * Moves a complaint that was edited in the console to the right totals, in one commit. An API write that read the row
 * before this commit and stages after it would count wrongly: a window of milliseconds, only for rows edited in the
 * console, and the daily count repairs it.
 */
export async function recountComplaint(
  deps: { gateway: Gateway; store: Store },
  checked: CheckedComplaint,
): Promise<boolean> {
  if (matchesTotals(checked)) return false;
  const id = checked.$id;
  const read = async () => (await deps.store.checked.findMany([id]))[0];
  const complaint = await read();
  if (!complaint || matchesTotals(complaint)) return false;
  const operations = [
    update('complaints', id, { counted: countedAs(complaint) }),
    ...tallyOperations(countedBefore(complaint), complaint),
  ];
  const work = {
    operations,
    wasCommitted: async () => (await read())?.counted === countedAs(complaint),
    stillHolds: async () => (await read())?.$updatedAt === complaint.$updatedAt,
  };
  return commitRecount(deps, work);
}

/**
 * Commits a repair that changes totals. A missing total is created by the attempt, so the commit is retried. False
 * after a conflict: the next run finds the complaint again.
 */
export async function commitRecount(deps: { gateway: Gateway; store: Store }, work: Work): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await commitCounted(deps, work);
    if (outcome === 'done') return true;
    if (outcome !== 'missing') return false;
  }
  return false;
}

/** `contended`: the total changed during every count. `unfinished`: `isOver` turned true first. */
type Recount = 'right' | 'repaired' | 'contended' | 'unfinished';

/**
 * Counts a total again. Reads the total first and replaces it by compare-and-set, so that a change during the count is
 * kept.
 */
export async function recountTotal(
  store: Store,
  { id, conditions }: StoredTotal,
  isOver: () => boolean,
): Promise<Recount> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (isOver()) return 'unfinished';
    const kept = (await store.tallies.find(id)) ?? (await store.tallies.insert(id, { ...NOTHING }));
    const visible = await countExactly(store, [...conditions, Query.equal('hidden', false)], isOver);
    const hidden = await countExactly(store, [...conditions, Query.equal('hidden', true)], isOver);
    if (visible === undefined || hidden === undefined) return 'unfinished';
    if (!kept) continue;
    if (kept.visible === visible && kept.hidden === hidden) return 'right';
    if (await store.tallies.replace(kept, { visible, hidden })) return 'repaired';
  }
  return 'contended';
}
