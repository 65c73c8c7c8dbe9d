import * as z from 'zod/mini';
import { readState, saveState } from '#shared/appwrite/housekeeping-state.ts';
import { removeExpired } from '#shared/appwrite/limits.ts';
import type { ChangeMark } from '#shared/appwrite/reconciliation.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { SECOND } from '#shared/domain/clock.ts';
import { finishErasures } from '../accounts/finish-erasures.ts';
import { type Allowance, Budget } from './budget.ts';
import type { CompleteEdit } from './complaint-check.ts';
import { type CaseSettings, ConsoleEdits } from './console-edits.ts';
import { removeContacts } from './contacts.ts';
import { applyDueSteps } from './due-steps.ts';
import { doDueTasks } from './due-tasks.ts';
import { computeMonths } from './monthly-figures.ts';
import { EVERYTHING, followChanges } from './recent-changes.ts';
import { type PassReport, reconcileStep } from './reconciliation.ts';

/** The budget of a run. */
const WHOLE_RUN: Allowance = { calls: 200, milliseconds: 60 * SECOND };
/** The share of due work, so that the daily pass continues even with a constant backlog. */
const DUE_WORK: Allowance = { calls: 150, milliseconds: 45 * SECOND };
const EXPIRED_AT_ONCE = 1_000;

/** The state that maintenance keeps between runs. */
const State = z.object({
  changesRead: z.object({ at: z.string(), id: z.string() }),
  monthsDue: z.array(z.string()),
});
type State = z.infer<typeof State>;

export type MaintenanceReport = {
  expired: boolean;
  /** Complaints closed or escalated. */
  steps: number;
  tasks: number;
  erasures: number;
  /** Removed contacts of callers. */
  contacts: number;
  changed: number;
  hidden: number;
  recounted: number;
  /** Completed edits and additions in the console, without recounted ones. */
  mended: number;
  months: number;
  /** undefined if no pass was due. */
  pass: PassReport | undefined;
  calls: number;
};

class Run {
  readonly #deps: StorageDeps;
  readonly #due: Budget;
  readonly completeEdit: CompleteEdit;
  readonly failures: unknown[] = [];
  readonly report: MaintenanceReport = {
    expired: false,
    steps: 0,
    tasks: 0,
    erasures: 0,
    contacts: 0,
    changed: 0,
    hidden: 0,
    recounted: 0,
    mended: 0,
    months: 0,
    pass: undefined,
    calls: 0,
  };

  constructor(deps: StorageDeps, settings: CaseSettings) {
    this.#deps = deps;
    this.completeEdit = new ConsoleEdits(deps, settings).completeEdit;
    this.#due = new Budget(deps.gateway, DUE_WORK);
  }

  /** Runs one part; a failure does not stop the next part. */
  async attempt(part: () => Promise<void>): Promise<void> {
    await part().catch((error: unknown) => this.failures.push(error));
  }

  async expire(): Promise<void> {
    const { store, clock } = this.#deps;
    for (let more = true; more && !this.#due.isSpent(); ) {
      more = await removeExpired(store, clock.now(), EXPIRED_AT_ONCE);
      this.report.expired ||= more;
    }
  }

  async erase(): Promise<void> {
    this.report.erasures = await finishErasures(this.#deps, () => this.#due.isSpent());
  }

  async removeContacts(): Promise<void> {
    this.report.contacts = await removeContacts(this.#deps, () => this.#due.isSpent());
  }

  async takeSteps({ calendar }: CaseSettings): Promise<void> {
    const { steps, failures } = await applyDueSteps(this.#deps, calendar, this.#due);
    this.report.steps = steps;
    this.failures.push(...failures);
  }

  async doTasks(state: State): Promise<void> {
    const done = await doDueTasks(this.#deps, this.#due);
    this.#addResults(state, done);
    this.report.tasks = done.tasks;
  }

  async followChanges(state: State): Promise<void> {
    const followed = await followChanges(this.#deps, this.completeEdit, { from: state.changesRead, budget: this.#due });
    this.#addResults(state, followed);
    state.changesRead = followed.mark;
    this.report.changed = followed.changed;
    this.report.hidden = followed.hidden;
    this.report.mended = followed.mended;
  }

  #addResults(state: State, part: { months: Set<string>; recounted: number; failures: unknown[] }): void {
    state.monthsDue = [...new Set([...state.monthsDue, ...part.months])];
    this.report.recounted += part.recounted;
    this.failures.push(...part.failures);
  }

  async measure(state: State): Promise<void> {
    const { measured, due } = await computeMonths(this.#deps, state.monthsDue, () => this.#due.isSpent());
    state.monthsDue = due;
    this.report.months = measured;
  }
}

function parseState(value: unknown): State {
  const { success, data } = z.safeParse(State, value);
  return success ? data : { changesRead: EVERYTHING satisfies ChangeMark, monthsDue: [] };
}

/**
 * Does all work that is due, for at most 60 seconds and 200 calls: changed complaints, deadlines and closings, tasks,
 * erasures, expired rows, contacts, monthly figures, and a part of the daily pass. Idempotent, so concurrent runs are
 * harmless. `allowance` is for tests.
 */
export async function runMaintenance(
  deps: StorageDeps,
  config: CaseSettings,
  allowance = WHOLE_RUN,
): Promise<MaintenanceReport> {
  const before = deps.gateway.calls.length;
  const whole = new Budget(deps.gateway, allowance);
  const run = new Run(deps, config);
  const saved = await readState(deps.store, ['maintenance', 'reconciliation']);
  const [mine, pass] = [saved.get('maintenance'), saved.get('reconciliation')];
  if (!mine || !pass) throw new Error('no state was read');
  const state = parseState(mine.value);
  const read = JSON.stringify(state);
  // First, so that nothing delays the revocation of hidden pictures' URLs.
  await run.attempt(() => run.followChanges(state));
  await run.attempt(() => run.takeSteps(config));
  await run.attempt(() => run.doTasks(state));
  await run.attempt(() => run.erase());
  await run.attempt(() => run.expire());
  await run.attempt(() => run.removeContacts());
  await run.attempt(() => run.measure(state));
  await run.attempt(async () => {
    if (JSON.stringify(state) !== read) await saveState(deps.store, 'maintenance', { ...mine, value: state });
  });
  await run.attempt(async () => {
    const { pass: report, failures } = await reconcileStep(deps, pass, {
      budget: whole,
      completeEdit: run.completeEdit,
    });
    run.report.pass = report;
    run.failures.push(...failures);
  });
  if (run.failures.length > 0) throw run.failures[0];
  return { ...run.report, calls: deps.gateway.calls.length - before };
}
