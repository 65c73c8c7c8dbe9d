import { type ChangeMark, type CheckedComplaint, listWrittenAfter } from '#shared/appwrite/reconciliation.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { HOUR, MINUTE, SECOND } from '#shared/domain/clock.ts';
import { monthOf } from '#shared/domain/monthly-figures.ts';
import { type Allowance, Budget } from './budget.ts';
import { type CompleteEdit, checkComplaint } from './complaint-check.ts';

const PAGE = 250;
/** The share of a run for completing edited rows; the daily pass completes the others. */
const MENDING: Allowance = { calls: 90, milliseconds: 20 * SECOND };
/**
 * Commits do not become visible in the order of their times, and the clocks of Appwrite and the function differ
 * slightly.
 */
const OVERLAP_MS = 5 * MINUTE;
/** A complaint that fails is retried at each run for this long, and then only by the daily pass. */
const TRIED_AGAIN_MS = HOUR;

export const EVERYTHING: ChangeMark = { at: '1970-01-01T00:00:00.000Z', id: '' };

export type Followed = {
  /** Where the next run continues. */
  mark: ChangeMark;
  /** The months whose figures may have changed. */
  months: Set<string>;
  changed: number;
  hidden: number;
  recounted: number;
  mended: number;
  failures: unknown[];
};

class ChangeReader {
  readonly #deps: StorageDeps;
  readonly #completeEdit: CompleteEdit;
  readonly #share: Budget;
  readonly #from: ChangeMark;
  readonly #retryFrom: number;
  readonly result: Followed;
  #firstFailed: CheckedComplaint | undefined;

  constructor(deps: StorageDeps, completeEdit: CompleteEdit, mark: ChangeMark) {
    this.#deps = deps;
    this.#completeEdit = completeEdit;
    this.#share = new Budget(deps.gateway, MENDING);
    this.#from = mark;
    this.#retryFrom = deps.clock.now().getTime() - TRIED_AGAIN_MS;
    this.result = { mark, months: new Set(), changed: 0, hidden: 0, recounted: 0, mended: 0, failures: [] };
  }

  async look(complaint: CheckedComplaint): Promise<void> {
    const { result } = this;
    try {
      const how = { thorough: true, completeEdit: this.#share.isSpent() ? undefined : this.#completeEdit };
      const { closed, recounted, mended } = await checkComplaint(this.#deps, complaint, how);
      result.hidden += Number(closed);
      result.mended += Number(mended);
      result.recounted += Number(recounted);
    } catch (error) {
      result.failures.push(error);
      if (Date.parse(complaint.$updatedAt) > this.#retryFrom) this.#firstFailed ??= complaint;
    }
    result.changed += 1;
    result.months.add(monthOf(new Date(complaint.filedAt)));
    result.mark = { at: complaint.$updatedAt, id: complaint.$id };
  }

  /** `readUntil`: all writes before this moment have been read. */
  end(readUntil: Date | undefined): Followed {
    const { result } = this;
    // Without changes the mark stays the same, so that an idle run saves nothing.
    if (readUntil && result.changed > 0) {
      const at = Math.max(Date.parse(this.#from.at), readUntil.getTime() - OVERLAP_MS);
      result.mark = { at: new Date(at).toISOString(), id: '' };
    }
    const failed = this.#firstFailed;
    if (failed && Date.parse(failed.$updatedAt) < Date.parse(result.mark.at)) {
      result.mark = { at: new Date(Date.parse(failed.$updatedAt) - 1).toISOString(), id: '' };
    }
    return result;
  }
}

/**
 * Checks every complaint written since the last run, by the API or in the console. The next run checks those of the
 * last five minutes again. Costs one call if nothing was written.
 */
export async function followChanges(
  deps: StorageDeps,
  completeEdit: CompleteEdit,
  { from, budget }: { from: ChangeMark; budget: Budget },
): Promise<Followed> {
  const startedAt = deps.clock.now();
  const reader = new ChangeReader(deps, completeEdit, from);
  for (let full = true; full; ) {
    if (budget.isSpent()) return reader.end(undefined);
    const complaints = await listWrittenAfter(deps.store, reader.result.mark, PAGE);
    for (const complaint of complaints) {
      if (budget.isSpent()) return reader.end(undefined);
      await reader.look(complaint);
    }
    full = complaints.length === PAGE;
  }
  return reader.end(startedAt);
}
