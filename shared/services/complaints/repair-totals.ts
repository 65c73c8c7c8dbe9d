import { listAccountIds } from '#shared/appwrite/accounts.ts';
import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { COUNT_CAP, countComplaints, listCategories } from '#shared/appwrite/complaints.ts';
import { readNote, writeNote } from '#shared/appwrite/notes.ts';
import type { Store } from '#shared/appwrite/store.ts';
import { countExactly } from '#shared/appwrite/strides.ts';
import { accountTallies, categoryTally, NOTHING, statusTally } from '#shared/appwrite/tallies.ts';
import { STATUSES } from '#shared/domain/status.ts';
import type { Keeper } from '../media/job.ts';

const DESK = { desk: true } as const;
const ATTEMPTS = 3;
const ACCOUNTS = 50;

type Kept = { id: string; filter: Filter };

async function keptTotals(store: Store): Promise<Kept[]> {
  const categories = await listCategories(store);
  return [
    ...STATUSES.map((status) => ({ id: statusTally(status), filter: { sight: DESK, statuses: [status] } })),
    ...categories.map(({ $id }) => ({ id: categoryTally($id), filter: { sight: DESK, category: $id } })),
  ];
}

/** Counts between two looks at the total: when nobody moved it meanwhile, what was counted is what it must say. */
async function repair(store: Store, { id, filter }: Kept, stopAt: number): Promise<'right' | 'repaired' | 'contended'> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const kept = (await store.tallies.find(id)) ?? (await store.tallies.insert(id, { ...NOTHING }));
    const visible = await countExactly(store, { ...filter, hidden: false }, stopAt);
    const hidden = await countExactly(store, { ...filter, hidden: true }, stopAt);
    if (!kept || visible === undefined || hidden === undefined) continue;
    if (kept.visible === visible && kept.hidden === hidden) return 'right';
    if (await store.tallies.replace(kept, { visible, hidden })) return 'repaired';
  }
  return 'contended';
}

/** The totals of an account are only asked for past the cap: below it, lists are counted as they are read. */
async function totalsOfAccount(store: Store, userId: string): Promise<Kept[]> {
  const filter = { sight: DESK, mine: userId };
  if ((await countComplaints(store, filter)) < COUNT_CAP) return [];
  const [all, named] = accountTallies(userId);
  return [
    { id: all, filter },
    { id: named, filter: { ...filter, anonymous: false } },
  ];
}

async function nextAccounts(store: Store): Promise<string[]> {
  const after = await readNote(store, 'totals');
  const ids = await listAccountIds(store, after ?? '', ACCOUNTS);
  await writeNote(store, 'totals', ids.length < ACCOUNTS ? '' : (ids.at(-1) ?? ''));
  return ids;
}

/** Brings kept totals back to the truth after a crash or the console: statuses and categories each time, accounts in turn. */
export async function repairTotals({ store }: Keeper, stopAt: number): Promise<number> {
  let repaired = 0;
  const work = async (kept: Kept) => {
    if (Date.now() < stopAt && (await repair(store, kept, stopAt)) === 'repaired') repaired += 1;
  };
  for (const kept of await keptTotals(store)) await work(kept);
  for (const userId of await nextAccounts(store)) {
    if (Date.now() > stopAt) break;
    for (const kept of await totalsOfAccount(store, userId)) await work(kept);
  }
  return repaired;
}
