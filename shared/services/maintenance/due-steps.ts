import { staffAmong } from '#shared/appwrite/accounts.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { hasEntry, listCategories, listDueSteps, type StoredDue, systemEntry } from '#shared/appwrite/complaints.ts';
import { complaintOutbox } from '#shared/appwrite/outbox.ts';
import { commitCounted, countedAs, countedBefore, tallyOperations } from '#shared/appwrite/tallies.ts';
import { claimVersion, update } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { escalationOf } from '#shared/domain/categories.ts';
import { HOUR, SECOND } from '#shared/domain/clock.ts';
import { nextStep, stepTime, type TimeStep } from '#shared/domain/deadlines.ts';
import { randomId } from '#shared/domain/ids.ts';
import type { WorkingCalendar } from '#shared/domain/working-time.ts';
import { type Allowance, Budget } from './budget.ts';

const PAGE = 25;
/** The share of a run for these steps, so that a backlog leaves room for the other work. */
const SHARE: Allowance = { calls: 120, milliseconds: 30 * SECOND };

const REASONS = { acknowledge: 'Not acknowledged in time', overdue: 'Overdue' } as const;

/** The assignees of each escalation level, by category; null for a username that is not staff. */
type Levels = ReadonlyMap<string, readonly (string | null)[]>;

/** The changes of a step and its timeline entry. */
type Move = {
  columns: Partial<Pick<StoredDue, 'status' | 'assignedTo' | 'closedAt' | 'acknowledgeLevel' | 'overdueLevel'>>;
  kind: 'status' | 'escalation';
  internalNote: string | null;
  isPublic: boolean;
  /** The changed names for the outbox. The entry leaves out `escalation`, which is not a field. */
  changed: readonly string[];
};

function closing(now: Date): Move {
  return {
    columns: { status: 'closed', closedAt: now.toISOString() },
    kind: 'status',
    internalNote: null,
    isPublic: true,
    changed: ['status'],
  };
}

function escalating(
  complaint: StoredDue,
  { deadline, level }: Extract<TimeStep, { kind: 'escalate' }>,
  people: readonly (string | null)[],
): Move {
  const person = people[level - 1] ?? null;
  const isNew = person !== null && person !== complaint.assignedTo;
  const reached = deadline === 'acknowledge' ? { acknowledgeLevel: level } : { overdueLevel: level };
  const missing = person === null ? ' The person of this level does not work here.' : '';
  return {
    columns: { ...reached, ...(isNew ? { assignedTo: person } : {}) },
    kind: 'escalation',
    internalNote: `${REASONS[deadline]}: level ${level}.${missing}`,
    isPublic: false,
    changed: [...(isNew ? ['assignedTo'] : []), 'escalation'],
  };
}

export type StepsDone = { steps: number; failures: unknown[] };

class StepRun {
  readonly #deps: StorageDeps;
  readonly #calendar: WorkingCalendar;
  readonly #share: Budget;
  readonly #run: Budget;
  #levels: Levels | undefined;
  readonly result: StepsDone = { steps: 0, failures: [] };

  constructor(deps: StorageDeps, calendar: WorkingCalendar, run: Budget) {
    this.#deps = deps;
    this.#calendar = calendar;
    this.#share = new Budget(deps.gateway, SHARE);
    this.#run = run;
  }

  #isSpent(): boolean {
    return this.#share.isSpent() || this.#run.isSpent();
  }

  async takeAll(): Promise<void> {
    // After an outage of the schedule several steps of a complaint may be due.
    for (let moved = 1; moved > 0; ) {
      moved = 0;
      if (this.#isSpent()) return;
      const due = await listDueSteps(this.#deps.store, this.#deps.clock.now(), PAGE);
      for (const complaint of due) {
        if (this.#isSpent()) return;
        moved += Number(await this.#attempt(complaint));
      }
    }
  }

  /** A failed step is postponed by an hour, so that it does not block the others. */
  async #attempt(complaint: StoredDue): Promise<boolean> {
    try {
      return await this.#take(complaint);
    } catch (error) {
      this.result.failures.push(error);
      const { store, clock } = this.#deps;
      const stepAt = new Date(clock.now().getTime() + HOUR).toISOString();
      await store.due.replace(complaint, { stepAt }).catch(() => undefined);
      return false;
    }
  }

  /** Takes the step if it is still due. False if the complaint was changed meanwhile. */
  async #take(complaint: StoredDue): Promise<boolean> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const people = await this.#peopleFor(complaint);
    const step = nextStep(complaint, this.#calendar, people.length);
    if (!step || step.at > now) {
      // The status was edited in the console, or the category has no staff left to escalate to.
      const stepAt = step?.at.toISOString() ?? null;
      return (await store.due.replace(complaint, { stepAt })) !== undefined;
    }
    const move = step.kind === 'close' ? closing(now) : escalating(complaint, step, people);
    const done = await this.#commit(complaint, move, now);
    this.result.steps += Number(done);
    return done;
  }

  async #peopleFor({ status, category }: StoredDue): Promise<readonly (string | null)[]> {
    if (status === 'resolved' || category === null) return [];
    this.#levels ??= await this.#readLevels();
    return this.#levels.get(category) ?? [];
  }

  async #readLevels(): Promise<Levels> {
    const { store } = this.#deps;
    const named = (await listCategories(store)).map(({ $id, escalateTo }) => [$id, escalationOf(escalateTo)] as const);
    const names = [...new Set(named.flatMap(([, people]) => people))];
    const staff = names.length === 0 ? new Set<string>() : await staffAmong(store, names);
    return new Map(named.map(([id, people]) => [id, people.map((name) => (staff.has(name) ? name : null))]));
  }

  /** Commits the step, its entry and its outbox row. Claiming the version ensures that it happens once. */
  async #commit(complaint: StoredDue, move: Move, now: Date): Promise<boolean> {
    const { $id: complaintId, assignedTo } = complaint;
    const { columns, kind, internalNote, isPublic, changed } = move;
    const changedAt = now.toISOString();
    const after = { ...complaint, ...columns, changedAt };
    const version = complaint.version + 1;
    const entryId = randomId();
    const reassigned = columns.assignedTo !== undefined;
    const operations = [
      claimVersion('complaints', complaintId, complaint.version),
      update('complaints', complaintId, {
        ...columns,
        changedAt,
        ...listColumns(complaintId, after),
        stepAt: stepTime(after, this.#calendar),
        counted: countedAs(after),
        version,
      }),
      systemEntry(entryId, {
        complaintId,
        number: version,
        kind,
        status: after.status,
        progress: after.progress,
        internalNote,
        changed: changed.filter((name) => name !== 'escalation').join(','),
        internal: !isPublic,
        fromAssignee: reassigned ? assignedTo : null,
        toAssignee: reassigned ? after.assignedTo : null,
      }),
      complaintOutbox({ complaintId, version, by: undefined, at: now, changed, isPublic, before: complaint, after }),
      ...tallyOperations(countedBefore(complaint), after),
    ];
    const wasCommitted = hasEntry(this.#deps.store, entryId);
    return (await commitCounted(this.#deps, { operations, wasCommitted })) === 'done';
  }
}

/**
 * Takes the steps that are due by time: closes complaints resolved 14 days ago and escalates those past a deadline.
 * Each step is taken once, even with concurrent runs. Costs one call if nothing is due.
 */
export async function applyDueSteps(deps: StorageDeps, calendar: WorkingCalendar, budget: Budget): Promise<StepsDone> {
  const run = new StepRun(deps, calendar, budget);
  await run.takeAll();
  return run.result;
}
