import { findByUsername } from '#shared/appwrite/accounts.ts';
import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { COUNT_CAP, countComplaints } from '#shared/appwrite/complaints.ts';
import type { Store } from '#shared/appwrite/store.ts';
import {
  ALL_STATUS_TALLIES,
  accountTallies,
  categoryTally,
  readTallies,
  statusTally,
  type Tally,
} from '#shared/appwrite/tallies.ts';

export type Total = { total: number; isExact: boolean };

type Dimension = 'none' | 'statuses' | 'category' | 'reporter' | 'mine' | 'other';

function dimensionOf({ sight: _sight, ...conditions }: Filter): Dimension {
  const used = Object.entries(conditions).filter(([, value]) => value !== undefined && !isEmpty(value));
  const [only] = used;
  if (!only) return 'none';
  const name = only[0];
  const counted = name === 'statuses' || name === 'category' || name === 'reporter' || name === 'mine';
  return used.length === 1 && counted ? name : 'other';
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

async function tallyIds(store: Store, filter: Filter): Promise<readonly string[] | undefined> {
  switch (dimensionOf(filter)) {
    case 'none':
      return ALL_STATUS_TALLIES;
    case 'statuses':
      return (filter.statuses ?? []).map(statusTally);
    case 'category':
      return [categoryTally(filter.category ?? '')];
    case 'reporter': {
      const account = await findByUsername(store, filter.reporter?.name ?? '');
      if (!account) return undefined;
      const [all, named] = accountTallies(account.$id);
      return [filter.reporter?.unmasked ? all : named];
    }
    case 'mine':
      return accountTallies(filter.mine ?? '').slice(0, 1);
    case 'other':
      return undefined;
  }
}

/** People see their own hidden complaints among the visible ones of everybody. */
async function ownHidden(store: Store, filter: Filter): Promise<number> {
  const { sight, mine } = filter;
  if (sight.desk || sight.userId === undefined || mine !== undefined) return 0;
  return countComplaints(store, { ...filter, mine: sight.userId, hidden: true });
}

/** Appwrite counts to 5000 in the list's own call; past that the kept totals answer, where the filter is one they know. */
export async function exactTotal(store: Store, filter: Filter, counted: number): Promise<Total> {
  if (counted < COUNT_CAP) return { total: counted, isExact: true };
  const ids = await tallyIds(store, filter);
  if (!ids) return { total: COUNT_CAP, isExact: false };
  const [tallies, own] = await Promise.all([readTallies(store, ids), ownHidden(store, filter)]);
  const sum = (part: (tally: Tally) => number) => [...tallies.values()].reduce((all, tally) => all + part(tally), 0);
  const visible = sum((tally) => tally.visible);
  const seesHidden = filter.sight.desk || filter.mine !== undefined;
  const hidden = seesHidden ? sum((tally) => tally.hidden) : own;
  return { total: Math.max(visible + hidden, counted), isExact: own < COUNT_CAP };
}
