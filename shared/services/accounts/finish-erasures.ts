import {
  existingAccounts,
  listActive,
  listErasing,
  type StoredIdentity,
  scrubNames,
  usernamesOf,
} from '#shared/appwrite/accounts.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import type { Deps as AllDeps } from '#shared/compose.ts';
import { MINUTE, SECOND } from '#shared/domain/clock.ts';

type Deps = Pick<AllDeps, 'store' | 'clock'>;

const PAGE = 100;
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

async function mark(deps: Deps, identities: readonly StoredIdentity[]): Promise<void> {
  const active = identities.filter(({ state }) => state === 'active');
  await Promise.all(active.map((identity) => deps.store.identities.replace(identity, { state: 'erasing' })));
}

/** Does for an account whose row is gone, by the API or in the console, what erasing it does. */
export async function finishErasure(deps: Deps, userId: string): Promise<'living' | 'cleaned'> {
  if (await deps.store.users.find(userId)) return 'living';
  const identity = await deps.store.identities.find(userId);
  if (identity) await mark(deps, [identity]);
  await forget(deps, { id: userId, usernames: usernamesOf(identity) });
  return 'cleaned';
}

async function living(deps: Deps, identities: readonly StoredIdentity[]): Promise<Set<string>> {
  return existingAccounts(
    deps.store,
    identities.map(({ $id }) => $id),
  );
}

/** Looks at one page of identities in use for accounts that are gone, and remembers where to go on; the next page, or none. */
async function markLost(deps: Deps, after: string): Promise<string> {
  const identities = await listActive(deps.store, after, PAGE);
  const alive = await living(deps, identities);
  await mark(
    deps,
    identities.filter(({ $id }) => !alive.has($id)),
  );
  const next = identities.length < PAGE ? '' : (identities.at(-1)?.$id ?? '');
  await deps.store.state.upsert(PLACE, { version: 1, value: next });
  return next;
}

async function markAllLost(deps: Deps, stopAt: number): Promise<void> {
  let after = (await deps.store.state.find(PLACE))?.value ?? '';
  do after = await markLost(deps, after);
  while (after !== '' && Date.now() < stopAt);
}

async function finish(deps: Deps, identities: readonly StoredIdentity[], settled: boolean): Promise<void> {
  const alive = await living(deps, identities);
  for (const identity of identities) {
    // Only an admin in the console can bring an account back; then nothing of it is to be forgotten.
    if (alive.has(identity.$id)) {
      await deps.store.identities.replace(identity, { state: 'active' });
      continue;
    }
    await forget(deps, { id: identity.$id, usernames: usernamesOf(identity) });
    if (settled) await deps.store.identities.remove(identity.$id);
  }
}

/** Finishes what events have missed: accounts that went in the console, erasures that died half-way. Bounded, and resumed at the next run. */
export async function finishErasures(deps: Deps): Promise<number> {
  const stopAt = Date.now() + BUDGET_MS;
  await markAllLost(deps, stopAt);
  const now = deps.clock.now().getTime();
  const settled = new Date(now - SETTLED_MS);
  let finished = 0;
  for (let identities: StoredIdentity[] = []; Date.now() < stopAt; ) {
    identities = await listErasing(deps.store, { before: settled, limit: PAGE });
    await finish(deps, identities, true);
    finished += identities.length;
    if (identities.length < PAGE) break;
  }
  // Those of the last minutes are done already as far as they can be; they are looked at again when settled.
  await finish(deps, await listErasing(deps.store, { before: new Date(now + MINUTE), limit: PAGE }), false);
  return finished;
}
