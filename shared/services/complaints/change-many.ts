import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { SECOND } from '#shared/domain/clock.ts';
import { PROBLEMS, type ProblemCode, Refusal } from '#shared/domain/problems.ts';
import { reserveChanges } from '../rate-limits.ts';
import { changeComplaint, readNames } from './change-complaint.ts';
import type { ChangeInput } from './change-input.ts';

const AT_ONCE = 5;
/** No change begins later than this, so that all end within the function's timeout of 25 seconds. */
const LAST_BEGIN_MS = 14 * SECOND;

/** `milliseconds` replaces the time limit for new changes in tests. */
export type ManyChanges = { ids: readonly string[]; input: ChangeInput; accountId: string; milliseconds?: number };

/** The result for one complaint. `status` and `code` are those that PUT /complain would have answered. */
export type Result =
  | { id: string; ok: true; status: 200 }
  | { id: string; ok: false; status: number; code: ProblemCode };

function failed(id: string, code: ProblemCode): Result {
  return { id, ok: false, status: PROBLEMS[code].status, code };
}

/**
 * Makes the same change to several complaints, each in its own transaction under the rules of a single change. Results
 * are in the order of the ids. A refusal does not stop the others; changes past the time limit are `unavailable` (503).
 * The account, names and rate limit are read or reserved once.
 */
export async function changeMany(deps: Deps, asking: Promise<Actor>, changes: ManyChanges): Promise<Result[]> {
  const { ids, input, accountId, milliseconds = LAST_BEGIN_MS } = changes;
  const endsAt = deps.clock.elapsed() + milliseconds;
  const role = asking.then((actor) => actor.role);
  role.catch(() => undefined);
  const shared = { changes: reserveChanges(deps, { id: accountId, role }, ids.length), names: readNames(deps, input) };
  shared.names.catch(() => undefined);
  const results = new Map<string, Result>();
  const one = async (id: string): Promise<Result> => {
    if (deps.clock.elapsed() > endsAt) return failed(id, 'unavailable');
    try {
      await changeComplaint(deps, asking, { id, input, accountId, ifMatch: undefined }, shared);
      return { id, ok: true, status: 200 };
    } catch (error) {
      if (error instanceof Refusal) return failed(id, error.code);
      throw error;
    }
  };
  const waiting = ids.values();
  const worker = async () => {
    for (const id of waiting) results.set(id, await one(id));
  };
  try {
    await asking;
    // All end before the answer, even if one throws.
    const working = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
    for (const ended of working) if (ended.status === 'rejected') throw ended.reason;
  } finally {
    await shared.changes.end();
  }
  return ids.flatMap((id) => results.get(id) ?? []);
}
