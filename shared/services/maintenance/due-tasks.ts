import * as z from 'zod/mini';
import { deletedWithLeftovers, existingComplaints } from '#shared/appwrite/reconciliation.ts';
import { categoryTally, statusTally } from '#shared/appwrite/tallies.ts';
import { addTask, listDueTasks, postponeTask, removeTasks, type StoredTask } from '#shared/appwrite/tasks.ts';
import { recountTotal, sharedTotals } from '#shared/appwrite/total-repair.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { monthOf } from '#shared/domain/monthly-figures.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { moveFollowers, unfollowAll } from '../complaints/move-followers.ts';
import { FILING_MS, purgeDeletedComplaint } from '../complaints/purge-deleted.ts';
import { unassign } from '../complaints/unassign.ts';
import type { Budget } from './budget.ts';

const PAGE = 100;

/**
 * The totals and month of a deleted row, from its event. Events may be forged, so they only decide what is recounted.
 */
const Hints = z.object({
  status: z.catch(z.nullable(z.enum(STATUSES)), null),
  category: z.catch(z.nullable(z.string().check(z.regex(/^[\w.-]{1,36}$/))), null),
  filedAt: z.catch(z.nullable(z.string().check(z.regex(/^\d{4}-\d\d-\d\dT/))), null),
});
type Hints = z.infer<typeof Hints>;

function readHints(text: string | null): Hints | undefined {
  try {
    const parsed = z.safeParse(Hints, JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Adds a task that cleans up after a deleted complaint and recounts its totals, which a deletion in the console does
 * not change. `row` is the deleted row from the event.
 */
export function noteDeletion({ store, clock }: StorageDeps, complaintId: string, row: unknown): Promise<void> {
  const { success, data } = z.safeParse(Hints, row);
  const hints = success ? { hints: JSON.stringify(data) } : {};
  return addTask(store, { kind: 'complaint_deleted', subject: complaintId, dueAt: clock.now(), ...hints });
}

export type TasksDone = { tasks: number; months: Set<string>; recounted: number; failures: unknown[] };

class TaskRun {
  readonly #deps: StorageDeps;
  readonly #budget: Budget;
  /** The deleted complaints with leftovers. */
  #left: ReadonlySet<string> = new Set();
  readonly result: TasksDone = { tasks: 0, months: new Set(), recounted: 0, failures: [] };

  constructor(deps: StorageDeps, budget: Budget) {
    this.#deps = deps;
    this.#budget = budget;
  }

  async doAll(tasks: readonly StoredTask[]): Promise<void> {
    const done: StoredTask[] = [];
    const deleted = tasks.filter(({ kind }) => kind === 'complaint_deleted').map(({ subject }) => subject);
    // Checked together, since nearly all have no leftovers.
    this.#left =
      deleted.length === 0 ? new Set() : await deletedWithLeftovers(this.#deps.gateway, [...new Set(deleted)]);
    for (const task of tasks) {
      if (this.#budget.isSpent()) break;
      if (await this.#attempt(task)) done.push(task);
    }
    await this.#recount(done);
    // Without time for all counts the tasks stay for the next run; they are idempotent.
    if (this.#budget.isSpent()) return;
    await removeTasks(this.#deps.store, done);
    this.result.tasks += done.length;
  }

  /** A failed task is postponed by an hour, so that it does not block the others. */
  async #attempt(task: StoredTask): Promise<boolean> {
    try {
      return await this.#do(task);
    } catch (error) {
      this.result.failures.push(error);
      await this.#postpone(task, HOUR);
      return false;
    }
  }

  #postpone(task: StoredTask, milliseconds: number): Promise<void> {
    return postponeTask(this.#deps.store, task, new Date(this.#deps.clock.now().getTime() + milliseconds));
  }

  async #do(task: StoredTask): Promise<boolean> {
    switch (task.kind) {
      case 'unassign':
        return unassign(this.#deps, task.subject, () => this.#budget.isSpent());
      case 'unfollow':
        return unfollowAll(this.#deps, task.subject, () => this.#budget.isSpent());
      case 'move_followers':
        return moveFollowers(this.#deps, task.subject, () => this.#budget.isSpent());
      case 'recount':
        return true;
      case 'complaint_deleted': {
        if (!this.#left.has(task.subject)) return true;
        const left = await purgeDeletedComplaint(this.#deps, task.subject);
        if (left === 'undecided') await this.#postpone(task, FILING_MS);
        return left !== 'undecided';
      }
    }
  }

  /** Recounts the totals of these tasks, each total once. */
  async #recount(done: readonly StoredTask[]): Promise<void> {
    const ids = new Set<string>();
    for (const { kind, subject, hints } of done) {
      if (kind === 'recount') ids.add(subject);
      const {
        status = null,
        category = null,
        filedAt = null,
      } = (kind === 'complaint_deleted' && readHints(hints)) || {};
      if (status) ids.add(statusTally(status));
      if (category) ids.add(categoryTally(category));
      if (filedAt && !Number.isNaN(Date.parse(filedAt))) this.result.months.add(monthOf(new Date(filedAt)));
    }
    if (ids.size === 0) return;
    for (const total of await sharedTotals(this.#deps.store)) {
      if (!ids.has(total.id)) continue;
      const recount = await recountTotal(this.#deps.store, total, () => this.#budget.isSpent());
      this.result.recounted += Number(recount === 'repaired');
    }
  }
}

/** Does the due tasks, the oldest first. Costs one call if none is due. */
export async function doDueTasks(deps: StorageDeps, budget: Budget): Promise<TasksDone> {
  const run = new TaskRun(deps, budget);
  const tasks = await listDueTasks(deps.store, deps.clock.now(), PAGE);
  if (tasks.length > 0) await run.doAll(tasks);
  return run.result;
}

/** Cleans up after a deleted complaint. `columns`: the deleted row from the event, which may be forged. */
export async function cleanUpDeleted(deps: StorageDeps, id: string, columns: unknown) {
  if ((await existingComplaints(deps.gateway, [id])).has(id)) return 'living';
  // Added first, so that maintenance finishes the work after a crash or if it is undecided now.
  await noteDeletion(deps, id, columns);
  return purgeDeletedComplaint(deps, id);
}
