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

type Dimension = 'none' | 'statuses' | 'category' | 'reporter' | 'other';

function dimensionOf({ sight: _sight, ...conditions }: Filter): Dimension {
  const used = Object.entries(conditions).filter(([, value]) => value !== undefined && !isEmpty(value));
  const [only] = used;
  if (!only) return 'none';
  const name = only[0];
  const counted = name === 'statuses' || name === 'category' || name === 'reporter';
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
    case 'other':
      return undefined;
  }
}

/** A person's own hidden complaints are seen by them too, but only counted apart where nothing else is asked. */
async function ownHidden(store: Store, { sight }: Filter): Promise<number> {
  if (sight.desk || sight.userId === undefined) return 0;
  const [all] = accountTallies(sight.userId);
  return (await readTallies(store, [all])).get(all)?.hidden ?? 0;
}

/** Appwrite counts to 5000 in the list's own call; past that the kept totals answer, where the filter is one they know. */
export async function exactTotal(store: Store, filter: Filter, counted: number): Promise<Total> {
  if (counted < COUNT_CAP) return { total: counted, isExact: true };
  const ids = await tallyIds(store, filter);
  if (!ids) return { total: COUNT_CAP, isExact: false };
  const [tallies, own] = await Promise.all([readTallies(store, ids), ownHidden(store, filter)]);
  const sum = (part: (tally: Tally) => number) => [...tallies.values()].reduce((all, tally) => all + part(tally), 0);
  const visible = sum((tally) => tally.visible);
  const total = filter.sight.desk ? visible + sum((tally) => tally.hidden) : visible;
  if (own === 0) return { total: Math.max(total, counted), isExact: true };
  const plain = dimensionOf(filter) === 'none';
  return { total: Math.max(plain ? total + own : total, counted), isExact: plain };
}
