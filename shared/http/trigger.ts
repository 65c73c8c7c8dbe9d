import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { type Deps, openDeps, type Service } from '#shared/compose.ts';
import { SECOND } from '#shared/domain/clock.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { serve } from './serve.ts';

/** Why Appwrite calls a function that has no clients. */
export type Occasion = { kind: 'schedule' } | { kind: 'deleted'; tableId: string; rowId: string };

/** Both spellings: a single delete names tables and rows, a bulk delete the legacy collections and documents. */
const DELETED = /^databases\.([\w-]+)\.(?:tables|collections)\.([\w-]+)\.(?:rows|documents)\.([a-z0-9]{1,36})\.delete$/;

/** Shorter than the function's timeout of 120 s, so that a failure can still be logged. */
const SCHEDULE_BUDGET_MS = 110 * SECOND;

function occasionOf(trigger: string, event: string | undefined): Occasion {
  if (trigger === 'schedule') return { kind: 'schedule' };
  const [, databaseId, tableId, rowId] = (trigger === 'event' && event && DELETED.exec(event)) || [];
  if (databaseId === DATABASE_ID && tableId && rowId) return { kind: 'deleted', tableId, rowId };
  throw new Refusal('forbidden', 'This function is called by row-delete events and its schedule only.');
}

/** The default export of a function without clients. Only the name of the event is used; the rest of what is sent may be forged. */
export function createTrigger(work: (occasion: Occasion, deps: Deps) => Promise<unknown>, service: () => Service) {
  return serve(async (incoming, trace) => {
    const occasion = occasionOf(incoming.trigger, incoming.event);
    const budget = occasion.kind === 'schedule' ? { budgetMs: SCHEDULE_BUDGET_MS } : {};
    const deps = openDeps(service(), { ...incoming, ...budget });
    Object.assign(trace, { route: occasion.kind, deps });
    const body = JSON.stringify(await work(occasion, deps));
    return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
  });
}
