import { findByUsername } from '#shared/appwrite/accounts.ts';
import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { COUNT_CAP } from '#shared/appwrite/complaints.ts';
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

/** The sums of the counts of all parts of a list. */
export type Counted = {
  all: number;
  /** The own hidden complaints of the viewer among them. */
  own: number;
  /** Whether a part stopped at COUNT_CAP. */
  isCapped: boolean;
  /** Whether a part was not read to its end. */
  isCut: boolean;
};

type Dimension = 'none' | 'statuses' | 'category' | 'reporter' | 'mine' | 'other';

function dimensionOf({ scope: _scope, ...conditions }: Filter): Dimension {
  const used = Object.entries(conditions).filter(([, value]) => value !== undefined);
  const [only] = used;
  if (!only) return 'none';
  const [name, value] = only;
  const kept = name === 'statuses' || name === 'category' || name === 'reporter' || name === 'mine';
  return used.length === 1 && kept && value !== null ? name : 'other';
}

/** The ids of the stored totals whose sum is the filter's count; undefined if there are none. */
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

/**
 * The total of a list. Appwrite counts up to 5000; beyond that the stored totals are used, if they cover the filter.
 */
export async function exactTotal(store: Store, filter: Filter, counted: Counted): Promise<Total> {
  if (!counted.isCapped) return { total: counted.all, isExact: !counted.isCut };
  const ids = counted.isCut ? undefined : await tallyIds(store, filter);
  if (!ids) return { total: Math.min(counted.all, COUNT_CAP), isExact: false };
  const tallies = await readTallies(store, ids);
  const sum = (part: (tally: Tally) => number) => [...tallies.values()].reduce((all, tally) => all + part(tally), 0);
  const seesHidden = filter.scope.desk || filter.mine !== undefined;
  const hidden = seesHidden ? sum((tally) => tally.hidden) : counted.own;
  return { total: Math.max(sum((tally) => tally.visible) + hidden, counted.all), isExact: counted.own < COUNT_CAP };
}
