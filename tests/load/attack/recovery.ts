import { findByUsername } from '#shared/appwrite/accounts.ts';
import { assertHolds, type Figures } from './check.ts';
import { type AttackTarget, freshName } from './target.ts';

/** The greatest z of the rank test. Equal distributions exceed it in one of 1,000 runs. */
const MAX_Z = 3.29;

/** The ranks of all values, from 1; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to += 1;
    for (const { index } of order.slice(from, to + 1)) ranks[index] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

/** The z of the Mann-Whitney U test: how many standard deviations the rank sum of the first list is from its mean. */
export function rankZ(one: readonly number[], other: readonly number[]): number {
  const [n, m] = [one.length, other.length];
  const ranks = ranksOf([...one, ...other]).slice(0, n);
  const u = ranks.reduce((sum, rank) => sum + rank, 0) - (n * (n + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

async function withConfirmedAddress(
  { connection: { store }, register }: AttackTarget,
  username: string,
): Promise<void> {
  await register(username);
  const account = await findByUsername(store, username);
  const address = { email: `${username}@example.org`, emailConfirmed: true };
  assertHolds(account !== undefined && (await store.users.replace(account, address)) !== undefined, 'no account');
}

/**
 * Sends POST /recovery alternately for a name with a confirmed address and for unknown names, each from an address of
 * its own, so that no limit applies. Compares the answers and their times.
 */
export async function timeRecovery(target: AttackTarget, rounds: number): Promise<Figures> {
  const username = freshName();
  await withConfirmedAddress(target, username);
  const times = { known: [] as number[], unknown: [] as number[] };
  const ask = async (kind: keyof typeof times, name: string, address: string) => {
    const started = performance.now();
    const { status, text } = await target.viaBundles('POST', '/recovery', { json: { username: name }, address });
    times[kind].push(performance.now() - started);
    assertHolds(status === 202 && text === '{}', `a request for ${kind} was answered ${status}`);
  };
  for (let round = -10; round < rounds; round += 1) {
    // The first rounds start the process and are dropped. Known and unknown names take turns in coming first.
    if (round === 0) for (const list of Object.values(times)) list.length = 0;
    const turns = [['known', username] as const, ['unknown', freshName()] as const];
    if (round % 2 === 0) turns.reverse();
    for (const [at, [kind, name]] of turns.entries()) {
      await ask(kind, name, `10.${at}.${(round + 10) >> 8}.${(round + 10) & 255}`);
    }
  }
  const z = rankZ(times.known, times.unknown);
  assertHolds(Math.abs(z) < MAX_Z, `a rank test tells known from unknown names (z ${z.toFixed(2)})`);
  const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return { rounds, knownMs: rounded(median(times.known)), unknownMs: rounded(median(times.unknown)), z: rounded(z) };
}
