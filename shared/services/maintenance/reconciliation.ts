import * as z from 'zod/mini';
import { readState, type SavedState, saveState } from '#shared/appwrite/housekeeping-state.ts';
import type { Store } from '#shared/appwrite/store.ts';
import { recountComplaint } from '#shared/appwrite/total-repair.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { DAY, SECOND, systemClock } from '#shared/domain/clock.ts';
import { Budget, UNLIMITED } from './budget.ts';
import type { CompleteEdit } from './complaint-check.ts';
import { beginPass, type Counts, Pass, type PassRun, type Stopped } from './pass.ts';
import { STEPS } from './pass-steps.ts';

const EVERY_MS = DAY;
/** After this many failures in a row a step is skipped for this pass. */
const TRIES = 3;
const SAVE_EVERY_MS = 10 * SECOND;

export type PassReport = Counts & { complete: boolean; stopped: Stopped[] };

function reportOf(pass: Pass): PassReport {
  return { ...pass.counts, complete: pass.finishedAt !== null && pass.incomplete.length === 0, stopped: pass.stopped };
}

/** Runs one page of the current step, and moves to the next step at its end. */
async function advance(run: PassRun): Promise<void> {
  const { pass, dry } = run;
  const step = STEPS[pass.step];
  if (!step) {
    pass.finishedAt = run.deps.clock.now().toISOString();
    return;
  }
  const after = dry && step.changesOnly ? '' : await step.run(run, pass.after);
  pass.failed = 0;
  pass.after = after;
  if (after === '') pass.step += 1;
}

/**
 * Counts a failure of the step. The next run retries it; after three failures it is skipped. Returns whether it was
 * skipped.
 */
function skipAfterFailures({ pass }: PassRun): boolean {
  pass.failed += 1;
  if (pass.failed < TRIES) return false;
  pass.incomplete.push(STEPS[pass.step]?.name ?? '');
  Object.assign(pass, { step: pass.step + 1, after: '', failed: 0 });
  return true;
}

/** Continues a pass until it is finished, fails, or the budget is spent. Calls `save` every ten seconds. */
async function continuePass(run: PassRun, save: () => Promise<void>): Promise<void> {
  let savedAt = systemClock.elapsed();
  while (run.pass.finishedAt === null && !run.budget.isSpent()) {
    try {
      await advance(run);
    } catch (error) {
      run.failures.push(error);
      if (!skipAfterFailures(run)) return;
    }
    if (systemClock.elapsed() - savedAt > SAVE_EVERY_MS) {
      await save();
      savedAt = systemClock.elapsed();
    }
  }
}

function parsePass(value: unknown): Pass | undefined {
  const { success, data } = z.safeParse(Pass, value);
  return success ? data : undefined;
}

/** The last pass, finished or not; undefined before the first one. */
export async function lastPass(store: Store): Promise<Pass | undefined> {
  return parsePass((await readState(store, ['reconciliation'])).get('reconciliation')?.value);
}

/** Continues the pass that is under way, or begins one a day after the last one began. */
export async function reconcileStep(
  deps: StorageDeps,
  saved: SavedState,
  { budget, completeEdit }: { budget: Budget; completeEdit: CompleteEdit },
): Promise<{ pass: PassReport | undefined; failures: unknown[] }> {
  const now = deps.clock.now();
  const last = parsePass(saved.value);
  const isDue = !last || now.getTime() - Date.parse(last.startedAt) >= EVERY_MS;
  if (last?.finishedAt && !isDue) return { pass: undefined, failures: [] };
  const pass = last && last.finishedAt === null ? last : beginPass(now);
  const failures: unknown[] = [];
  let row = saved.row;
  let isMine = true;
  const save = async () => {
    if (!isMine) return;
    row = await saveState(deps.store, 'reconciliation', { value: pass, row });
    // Another run has saved the pass, so its position stays. Repeating what was done here changes nothing.
    isMine = row !== undefined;
  };
  await continuePass({ deps, completeEdit, pass, budget, dry: false, overLimit: false, failures }, save);
  await save();
  return { pass: reportOf(pass), failures };
}

export type WholePass = { dry?: boolean; overLimit?: boolean; milliseconds?: number };

/**
 * Runs a whole pass, for scripts. `dry` only counts. Of edits in the console it corrects only the totals; the function
 * does the rest, since that depends on its settings.
 */
export async function reconcileNow(deps: StorageDeps, options: WholePass = {}): Promise<PassReport> {
  const { dry = false, overLimit = false, milliseconds = UNLIMITED.milliseconds } = options;
  const budget = new Budget(deps.gateway, { ...UNLIMITED, milliseconds });
  const completeEdit: CompleteEdit = (complaint) => recountComplaint(deps, complaint);
  const run: PassRun = { deps, completeEdit, pass: beginPass(deps.clock.now()), budget, dry, overLimit, failures: [] };
  await continuePass(run, async () => undefined);
  if (run.failures.length > 0) throw run.failures[0];
  if (!dry) {
    const { row } = (await readState(deps.store, ['reconciliation'])).get('reconciliation') ?? {};
    await saveState(deps.store, 'reconciliation', { value: run.pass, row });
  }
  return reportOf(run.pass);
}
