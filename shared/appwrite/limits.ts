import { Query } from 'node-appwrite';
import type { Clock } from '#shared/domain/clock.ts';
import { derivedId } from '#shared/domain/ids.ts';
import type { Store } from './store.ts';

/** At most `max` per fixed window of `windowMs` for each subject. */
export type Limit = { kind: string; subject: string; windowMs: number; max: number };
/** `secondsLeft`: until the window ends. `undo` gives the reservation back. */
export type Reservation = { granted: boolean; secondsLeft: number; undo(): Promise<void> };

const BUCKETS = 65_536;

/** Subjects that strangers choose share this many buckets, so that nobody can grow the table. */
export function bucketOf(subject: string): string {
  return String(Number.parseInt(derivedId('x', subject).slice(1, 9), 16) % BUCKETS);
}

/** Reserves one use before the work is done, across processes. A failing store refuses (503): limits fail closed. */
export async function reserve({ store, clock }: { store: Store; clock: Clock }, limit: Limit): Promise<Reservation> {
  const now = clock.now().getTime();
  const window = Math.floor(now / limit.windowMs);
  const end = (window + 1) * limit.windowMs;
  const id = derivedId('l', limit.kind, limit.subject, String(window));
  const add = () => store.limits.increment(id, 'count', { by: 1, max: limit.max });
  let outcome = await add();
  if (outcome === 'missing') {
    const made = await store.limits.insert(id, { count: 1, expiresAt: new Date(end).toISOString() });
    outcome = made ? 'done' : await add();
  }
  return {
    granted: outcome === 'done',
    secondsLeft: Math.ceil((end - now) / 1_000),
    undo: () => store.limits.decrement(id, 'count'),
  };
}

/** Removes what has expired, limits and idempotency keys alike, up to so many of each; whether there may be more. */
export async function removeExpired(store: Store, now: Date, most: number): Promise<boolean> {
  const expired = [Query.lessThan('expiresAt', now.toISOString()), Query.limit(most)] as const;
  const removed = await Promise.all([store.limits.removeWhere([...expired]), store.requests.removeWhere([...expired])]);
  return removed.some((count) => count >= most);
}
