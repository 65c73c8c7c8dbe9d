import { Query } from 'node-appwrite';
import type { Clock } from '#shared/domain/clock.ts';
import { derivedId } from '#shared/domain/ids.ts';
import { unavailable } from './failures.ts';
import type { Store } from './store.ts';

/** At most `max` uses in any window of `windowMs`, for each subject. `max` may depend on something still being read. */
export type Limit = { kind: string; subject: string; windowMs: number; max: number | Promise<number> };

/** `undo` returns the use and may be called twice. A use that was not granted has already been returned. */
export type Reservation = { granted: boolean; secondsLeft: number; undo(): Promise<void> };

/** The unexpired uses, by subject. */
export type Uses = ReadonlyMap<string, readonly Step[]>;
type Step = { id: string; count: number; expiresAt: number };
type Deps = { store: Store; clock: Clock };

/**
 * A sliding window in 120 steps. One row counts the uses of one step; they expire one window after the step began, so
 * for a window of an hour at most half a minute early.
 */
const STEPS = 120;
const BUCKETS = 65_536;

/** Maps a subject that a client chooses to one of 65,536 buckets, which limits the rows of the table. */
export function bucketOf(subject: string): string {
  return String(Number.parseInt(derivedId('x', subject).slice(1, 9), 16) % BUCKETS);
}

function subjectId({ kind, subject }: Limit): string {
  return derivedId('l', kind, subject);
}

function presentStep(limit: Limit, now: number): Omit<Step, 'count'> {
  const length = limit.windowMs / STEPS;
  const number = Math.floor(now / length);
  const id = derivedId('l', limit.kind, limit.subject, String(number));
  return { id, expiresAt: number * length + limit.windowMs };
}

/** Reads all unexpired uses of these limits, in one call. */
export async function readUses({ store, clock }: Deps, limits: readonly Limit[]): Promise<Uses> {
  const { rows } = await store.limits.list([
    Query.equal('subject', limits.map(subjectId)),
    Query.greaterThan('expiresAt', clock.now().toISOString()),
    Query.limit(limits.length * (STEPS + 1)),
  ]);
  const uses = new Map<string, Step[]>();
  for (const { $id: id, subject, count, expiresAt } of rows) {
    const steps = uses.get(subject) ?? [];
    steps.push({ id, count, expiresAt: Date.parse(expiresAt) });
    uses.set(subject, steps);
  }
  return uses;
}

/** Whole seconds until enough uses have expired for one more. */
function secondsUntilRoom(steps: readonly Step[], max: number, now: number): number {
  let left = steps.reduce((sum, step) => sum + step.count, 0);
  for (const step of [...steps].sort((a, b) => a.expiresAt - b.expiresAt)) {
    left -= step.count;
    if (left < max) return Math.max(1, Math.ceil((step.expiresAt - now) / 1_000));
  }
  return 1;
}

/** Ids of limit rows that this process wrote recently. They are incremented without an attempt to insert them. */
const written = new Set<string>();

function remember(id: string): void {
  if (written.size > 1_000) written.clear();
  written.add(id);
}

type Counting = { step: Omit<Step, 'count'>; isThere: boolean; uses: number };

/**
 * Adds uses to the row of their step and returns its new count. Inserts first: a use is usually the first of its step.
 */
async function count({ store }: Deps, limit: Limit, { step, isThere, uses }: Counting): Promise<number> {
  const add = () => store.limits.increment(step.id, 'count', uses);
  const counted = isThere || written.has(step.id) ? await add() : undefined;
  if (counted !== undefined) return counted;
  const row = { subject: subjectId(limit), count: uses, expiresAt: new Date(step.expiresAt).toISOString() };
  const inserted = await store.limits.insert(step.id, row);
  remember(step.id);
  if (inserted) return uses;
  const later = await add();
  if (later === undefined) throw unavailable(new Error('a limit row that is taken and not there'));
  return later;
}

/**
 * `granted`: the number of uses that are reserved; the others have already been given back. `secondsLeft`: seconds until
 * one more use is free. `giveBack` gives back some of the granted uses.
 */
export type ManyReserved = { granted: number; secondsLeft: number; giveBack(uses: number): Promise<void> };

/**
 * Reserves up to `uses` uses of a limit, or as many as are left. Call it before the limited work. It makes two calls in
 * parallel, rarely a third. The limit holds across processes: concurrent callers in one step never get more than `max`
 * together, but two bursts on both sides of a step boundary may both be granted. When the store fails, nothing is
 * granted and it throws 503. `reading`: the result of `readUses`, or its promise.
 */
export async function reserveMany(
  deps: Deps,
  limit: Limit,
  uses: number,
  reading: Uses | Promise<Uses> = readUses(deps, [limit]),
): Promise<ManyReserved> {
  if (reading instanceof Promise) reading.catch(() => undefined);
  const now = deps.clock.now().getTime();
  const step = presentStep(limit, now);
  let kept = uses;
  const giveBack = async (many: number) => {
    if (many === 0) return;
    kept -= many;
    await deps.store.limits.decrement(step.id, 'count', many);
  };
  const stepsOf = (known: Uses) => known.get(subjectId(limit)) ?? [];
  const isThere = !(reading instanceof Promise) && stepsOf(reading).some(({ id }) => id === step.id);
  const mine = await count(deps, limit, { step, isThere, uses });
  try {
    const max = await limit.max;
    const others = stepsOf(await reading).filter(({ id }) => id !== step.id);
    const total = others.reduce((sum, other) => sum + other.count, mine);
    const granted = Math.max(0, uses - Math.max(0, total - max));
    await giveBack(uses - granted);
    const full = [...others, { ...step, count: mine - uses + granted }];
    return { granted, secondsLeft: secondsUntilRoom(full, max, now), giveBack };
  } catch (error) {
    await giveBack(kept).catch(() => undefined);
    throw error;
  }
}

/** Reserves one use; see `reserveMany`. */
export async function reserve(deps: Deps, limit: Limit, reading?: Uses): Promise<Reservation> {
  const { granted, secondsLeft, giveBack } = await reserveMany(deps, limit, 1, reading);
  let given: Promise<void> | undefined;
  const undo = () => {
    given ??= giveBack(granted);
    return given;
  };
  return { granted: granted === 1, secondsLeft: granted === 1 ? 0 : secondsLeft, undo };
}

/** Whole seconds until one more use is allowed; 0 when it is allowed now. Reserves nothing. */
export function secondsUntilRoomFor({ clock }: Deps, limit: Limit & { max: number }, uses: Uses): number {
  const steps = uses.get(subjectId(limit)) ?? [];
  const total = steps.reduce((sum, step) => sum + step.count, 0);
  return total < limit.max ? 0 : secondsUntilRoom(steps, limit.max, clock.now().getTime());
}

/**
 * Removes expired limits, idempotency keys and mail links, up to `most` rows each. Returns whether there may be more.
 */
export async function removeExpired(store: Store, now: Date, most: number): Promise<boolean> {
  const expired = [Query.lessThan('expiresAt', now.toISOString()), Query.limit(most)] as const;
  const removed = await Promise.all(
    [store.limits, store.requests, store.links].map((table) => table.removeWhere([...expired])),
  );
  return removed.some((count) => count >= most);
}
