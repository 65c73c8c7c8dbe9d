import {
  existingAccounts,
  listActiveNames,
  listErasing,
  namesOf,
  scrubNames,
  type TakenName,
} from '#shared/appwrite/accounts.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import type { Deps as AllDeps } from '#shared/compose.ts';
import { MINUTE, SECOND } from '#shared/domain/clock.ts';

type Deps = Pick<AllDeps, 'store' | 'clock'>;

const PAGE = 200;
const BUDGET_MS = 15 * SECOND;
/** Longer than a request may last that was under way when the account went and still wrote its name. */
const SETTLED_MS = 2 * MINUTE;
const PLACE = 'names-sweep';

/** Takes a person off everything that stays: their names and their totals. The same again is harmless. */
export async function forget(deps: Deps, person: { id: string; usernames: readonly string[] }): Promise<void> {
  await Promise.all([
    scrubNames(deps.store, person),
    ...accountTallies(person.id).map((id) => deps.store.tallies.remove(id)),
  ]);
}

function spelled(names: readonly TakenName[]): string[] {
  return names.map((name) => name.username).filter((username) => username !== null);
}

async function mark(deps: Deps, names: readonly TakenName[]): Promise<void> {
  const active = names.filter((name) => name.state === 'active');
  await Promise.all(active.map((name) => deps.store.names.replace(name, { state: 'erasing' })));
}

/** Does for an account whose row is gone, by the API or in the console, what erasing it does. */
export async function finishErasure(deps: Deps, userId: string): Promise<'living' | 'cleaned'> {
  if (await deps.store.users.find(userId)) return 'living';
  const names = await namesOf(deps.store, userId);
  await mark(deps, names);
  await forget(deps, { id: userId, usernames: spelled(names) });
  return 'cleaned';
}

/** Looks at one page of names in use for accounts that are gone, and remembers where to go on; the next page, or none. */
async function markLost(deps: Deps, after: string): Promise<string> {
  const names = await listActiveNames(deps.store, after, PAGE);
  const living = await existingAccounts(deps.store, [...new Set(names.map((name) => name.userId))]);
  await mark(
    deps,
    names.filter((name) => !living.has(name.userId)),
  );
  const next = names.length < PAGE ? '' : (names.at(-1)?.$sequence ?? '');
  await deps.store.state.upsert(PLACE, { version: 1, value: next });
  return next;
}

async function markAllLost(deps: Deps, stopAt: number): Promise<void> {
  let after = (await deps.store.state.find(PLACE))?.value ?? '';
  do after = await markLost(deps, after);
  while (after !== '' && Date.now() < stopAt);
}

async function finish(deps: Deps, names: readonly TakenName[], settled: boolean): Promise<void> {
  const living = await existingAccounts(deps.store, [...new Set(names.map((name) => name.userId))]);
  for (const name of names) {
    // Only an admin in the console can bring an account back; then nothing of it is to be forgotten.
    if (living.has(name.userId)) {
      await deps.store.names.replace(name, { state: 'active' });
      continue;
    }
    await forget(deps, { id: name.userId, usernames: spelled([name]) });
    if (settled) await deps.store.names.replace(name, { state: 'erased', username: null });
  }
}

/** Finishes what events have missed: accounts that went in the console, erasures that died half-way. Bounded, and resumed at the next run. */
export async function finishErasures(deps: Deps): Promise<number> {
  const stopAt = Date.now() + BUDGET_MS;
  await markAllLost(deps, stopAt);
  const now = deps.clock.now().getTime();
  const settled = new Date(now - SETTLED_MS);
  let finished = 0;
  for (let names: TakenName[] = []; Date.now() < stopAt; ) {
    names = await listErasing(deps.store, { before: settled, limit: PAGE });
    await finish(deps, names, true);
    finished += names.length;
    if (names.length < PAGE) break;
  }
  // Those of the last minutes are done already as far as they can be; they are looked at again when settled.
  await finish(deps, await listErasing(deps.store, { before: new Date(now + MINUTE), limit: PAGE }), false);
  return finished;
}
