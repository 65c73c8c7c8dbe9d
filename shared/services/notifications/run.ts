import { listDueDeliveries } from '#shared/appwrite/deliveries.ts';
import { listOutbox, type StoredOutboxEntry } from '#shared/appwrite/outbox.ts';
import { SECOND } from '#shared/domain/clock.ts';
import { Budget } from '../maintenance/budget.ts';
import { firstOfEachMail, takeDeliverySteps } from './delivery-steps.ts';
import type { NotifyDeps } from './deps.ts';
import { fanOut } from './fan-out.ts';

/** The budget of a run, so that it ends before the next one begins. */
const WHOLE_RUN = { calls: 4_000, milliseconds: 50 * SECOND };
const PAGE = 100;
const AT_ONCE = 8;

/** `told`: outbox rows turned into deliveries. `steps`: deliveries whose next step was taken. */
export type NotifyReport = { told: number; steps: number; failed: number; calls: number };

class Run {
  readonly #deps: NotifyDeps;
  readonly #budget: Budget;
  readonly #from: number;
  #told = 0;
  #steps = 0;
  readonly failures: unknown[] = [];

  constructor(deps: NotifyDeps) {
    this.#deps = deps;
    this.#budget = new Budget(deps.gateway, WHOLE_RUN);
    this.#from = deps.gateway.calls.length;
  }

  get report(): NotifyReport {
    const calls = this.#deps.gateway.calls.length - this.#from;
    return { told: this.#told, steps: this.#steps, failed: this.failures.length, calls };
  }

  /** Returns the ids of the deliveries that are due at once. */
  async fanOut(entries: readonly StoredOutboxEntry[]): Promise<string[]> {
    const due: string[] = [];
    for (let at = 0; at < entries.length && !this.#budget.isSpent(); at += AT_ONCE) {
      const part = entries.slice(at, at + AT_ONCE).map(async (entry) => {
        due.push(...(await fanOut(this.#deps, entry)));
        this.#told += 1;
      });
      for (const result of await Promise.allSettled(part)) {
        if (result.status === 'rejected') this.failures.push(result.reason);
      }
    }
    return due;
  }

  /** Handles the whole outbox. Pages past rows that stay for a while, such as those of erased accounts. */
  async fanOutAll(): Promise<void> {
    const seen = new Set<string>();
    let at = { since: '', skip: 0 };
    for (let full = true; full && !this.#budget.isSpent(); ) {
      const page = await listOutbox(this.#deps.store, PAGE, at);
      const entries = page.filter(({ $id }) => !seen.has($id));
      for (const { $id } of entries) seen.add($id);
      await this.fanOut(entries);
      // A page without new rows is part of more than a page with the same millisecond, so the next page is read by
      // offset.
      const since = page.at(-1)?.$createdAt ?? '';
      at = entries.length === 0 ? { ...at, skip: at.skip + PAGE } : { since, skip: 0 };
      full = page.length === PAGE;
    }
  }

  async deliver(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const now = this.#deps.clock.now();
    const found = await this.#deps.store.deliveries.findMany(ids);
    await this.#step(
      found.filter(({ status, dueAt }) => status === 'pending' && dueAt !== null && new Date(dueAt) <= now),
    );
  }

  async #step(due: Awaited<ReturnType<typeof listDueDeliveries>>): Promise<void> {
    const deliveries = firstOfEachMail(due);
    for (let at = 0; at < deliveries.length && !this.#budget.isSpent(); at += AT_ONCE) {
      const part = deliveries.slice(at, at + AT_ONCE);
      this.failures.push(...(await takeDeliverySteps(this.#deps, part)));
      this.#steps += part.length;
    }
  }

  async deliverDue(): Promise<void> {
    for (let full = true; full && !this.#budget.isSpent(); ) {
      const failed = this.failures.length;
      const due = await listDueDeliveries(this.#deps.store, this.#deps.clock.now(), PAGE);
      await this.#step(due);
      // A page with failures would be read again and again.
      full = due.length === PAGE && this.failures.length === failed;
    }
  }
}

/** Handles one outbox row on its event. Mails about accounts and webhook calls are sent at once. */
export async function deliverOutboxRow(deps: NotifyDeps, outboxId: string): Promise<NotifyReport> {
  const run = new Run(deps);
  const entry = await deps.store.outbox.find(outboxId);
  if (entry) await run.deliver(await run.fanOut([entry]));
  if (run.failures.length > 0) throw run.failures[0];
  return run.report;
}

/**
 * Handles the whole outbox and all due deliveries, for at most 50 seconds; two calls if there is nothing to do.
 * Concurrent runs are harmless. Failures are due again later and are counted in the report.
 */
export async function runNotifications(deps: NotifyDeps): Promise<NotifyReport> {
  const run = new Run(deps);
  await run.fanOutAll();
  await run.deliverDue();
  return run.report;
}
