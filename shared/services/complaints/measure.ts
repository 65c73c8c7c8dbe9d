import type { Stored } from '#shared/appwrite/row.ts';
import type { Times } from '#shared/appwrite/rows.ts';
import type { Store } from '#shared/appwrite/store.ts';
import { listTimes, medianOf } from '#shared/appwrite/strides.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import type { Keeper } from '../media/job.ts';
import { type Measured, readMeasured, writeMeasured } from './measured.ts';
import { type Month, periodOf, shownMonths, tellMonth } from './months.ts';

const FRESH = 2;
const EVERY_MS = 10 * MINUTE;

async function measureMonth(store: Store, month: string, stopAt: number): Promise<Month | undefined> {
  const rows: Stored<Times>[] = [];
  while (Date.now() < stopAt) {
    const batch = await listTimes(store, periodOf(month), rows.at(-1));
    if (batch.length === 0) return tellMonth(month, rows);
    rows.push(...batch);
  }
  return undefined;
}

/** This month, the last, one older in turn, and whatever was never measured: what is old hardly changes any more. */
function dueMonths(shown: readonly string[], told: ReadonlyMap<string, Month>, now: Date): string[] {
  const turn = FRESH + (Math.floor(now.getTime() / EVERY_MS) % (shown.length - FRESH));
  return shown.filter((month, index) => index < FRESH || index === turn || !told.has(month));
}

async function measureMonths({ store, clock }: Keeper, old: readonly Month[], stopAt: number): Promise<Month[]> {
  const told = new Map(old.map((month) => [month.month, month]));
  const shown = shownMonths(clock.now());
  for (const month of dueMonths(shown, told, clock.now())) {
    const measured = await measureMonth(store, month, stopAt);
    if (measured) told.set(month, measured);
  }
  return shown.flatMap((month) => told.get(month) ?? []);
}

/** Measures what is too much to measure when somebody asks. What the time does not suffice for stays as it was. */
export async function measureFigures(deps: Keeper, stopAt: number): Promise<Measured> {
  const { store, clock } = deps;
  const at = clock.now().toISOString();
  const old = await readMeasured(store);
  const months = await measureMonths(deps, old?.months ?? [], stopAt);
  const acknowledge = await medianOf(store, 'secondsToAcknowledge', stopAt);
  const resolve = await medianOf(store, 'secondsToResolve', stopAt);
  const measured = {
    at,
    months,
    medianSecondsToAcknowledge: acknowledge === undefined ? (old?.medianSecondsToAcknowledge ?? null) : acknowledge,
    medianSecondsToResolve: resolve === undefined ? (old?.medianSecondsToResolve ?? null) : resolve,
  };
  await writeMeasured(store, measured);
  return measured;
}
