import { Cron } from 'croner';
import type { MovableClock } from '../clock.ts';
import type { Project } from '../project/types.ts';
import type { Executions, Job } from './executions.ts';

type Parts = { project: Project; clock: MovableClock; executions: Executions };

/** Runs cron schedules and scheduled executions. If time jumps over several due times, a function runs once. */
export class Scheduler {
  readonly #parts: Parts;
  readonly #next = new Map<string, { schedule: string; time: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.tick();
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(), 1000);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Plans all schedules anew, after the clock was moved back. */
  replan(): void {
    this.#next.clear();
    this.tick();
  }

  tick(): void {
    this.#runCron();
    this.#runPostponed();
  }

  #runCron(): void {
    const { project, clock, executions } = this.#parts;
    const now = clock.now();
    for (const spec of project.functions.values()) {
      if (spec.schedule === '') continue;
      const known = this.#next.get(spec.id);
      if (known?.schedule === spec.schedule && now < known.time) continue;
      const due = known?.schedule === spec.schedule;
      const next = new Cron(spec.schedule, { timezone: 'UTC' }).nextRun(new Date(now));
      this.#next.set(spec.id, { schedule: spec.schedule, time: next?.getTime() ?? Number.POSITIVE_INFINITY });
      if (due && spec.enabled) void executions.runInBackground(scheduled(spec)).catch(() => {});
    }
  }

  #runPostponed(): void {
    const { project, clock, executions } = this.#parts;
    for (const { execution, job } of executions.log.postponed()) {
      const spec = project.functions.get(execution.functionId);
      if (!spec || Date.parse(execution.scheduledAt ?? '') > clock.now()) continue;
      executions.log.save({ ...execution, status: 'waiting' });
      void executions.runInBackground({ ...job, spec, execution }).catch(() => {});
    }
  }
}

function scheduled(spec: Job['spec']): Job {
  const headers = { 'user-agent': 'Appwrite/1.9.6' };
  return { spec, trigger: 'schedule', method: 'POST', path: '/', headers, body: Buffer.alloc(0) };
}
