import { Worker } from 'node:worker_threads';
import { systemClock } from '#shared/domain/clock.ts';
import type { HashJob } from './bcrypt-worker.ts';
import { bcryptWorker } from './worker-source.ts';

interface Task {
  job: HashJob;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  waitEndsAt: number;
}

/** Jobs of different owners take turns; a job with `first` goes before the other waiting jobs of its owner. */
export type Turn = { owner: string; first: boolean };

/** The longest wait for a worker; the client gives up soon after. */
const LONGEST_WAIT_MS = 10_000;

/** Waiting jobs, a queue for each owner. Owners are served round-robin. */
class FairQueue {
  readonly #queues = new Map<string, Task[]>();

  add(task: Task, { owner, first }: Turn): void {
    const queue = this.#queues.get(owner) ?? [];
    if (first) queue.unshift(task);
    else queue.push(task);
    this.#queues.set(owner, queue);
  }

  take(): Task | undefined {
    for (const [owner, queue] of this.#queues) {
      const task = queue.shift();
      // A Map keeps the order of insertion: an owner that was served goes to the end.
      this.#queues.delete(owner);
      if (queue.length > 0) this.#queues.set(owner, queue);
      return task;
    }
    return undefined;
  }

  takeAll(): Task[] {
    const tasks = [...this.#queues.values()].flat();
    this.#queues.clear();
    return tasks;
  }
}

/**
 * Runs jobs on worker threads, one per worker at a time. Workers start when first needed; idle ones do not keep the
 * process alive. A job that has waited longer than ten seconds is dropped and resolves to undefined.
 */
export class HashPool {
  readonly #limit: number;
  readonly #startWorker: () => Worker;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Task>();
  readonly #waiting = new FairQueue();
  #closed = false;

  readonly #longestWaitMs: number;

  constructor(limit: number, startWorker = startBcryptWorker, longestWaitMs = LONGEST_WAIT_MS) {
    this.#limit = limit;
    this.#longestWaitMs = longestWaitMs;
    this.#startWorker = startWorker;
  }

  async run(job: HashJob, turn: Turn = { owner: '', first: false }): Promise<unknown> {
    if (this.#closed) throw new Error('The hash pool is closed');
    return new Promise((resolve, reject) => {
      this.#waiting.add({ job, resolve, reject, waitEndsAt: systemClock.elapsed() + this.#longestWaitMs }, turn);
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const error = new Error('The hash pool was closed');
    for (const task of this.#waiting.takeAll()) task.reject(error);
    const workers = [...this.#busy.keys(), ...this.#idle];
    for (const worker of workers) this.#retire(worker, error);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#busy.size >= this.#limit) return;
    const task = this.#waiting.take();
    if (task === undefined) return;
    if (systemClock.elapsed() > task.waitEndsAt) {
      task.resolve(undefined);
      this.#next();
      return;
    }
    try {
      const worker = this.#idle.pop() ?? this.#start();
      this.#busy.set(worker, task);
      // A busy worker keeps the process alive, an idle one does not.
      worker.ref();
      worker.postMessage(task.job);
    } catch (error) {
      task.reject(asError(error));
    }
  }

  #start(): Worker {
    const worker = this.#startWorker();
    worker.on('message', (value) => this.#finish(worker, value));
    worker.on('error', (error) => this.#retire(worker, asError(error)));
    worker.on('exit', () => this.#retire(worker, new Error('A hash worker ended')));
    return worker;
  }

  #finish(worker: Worker, value: unknown): void {
    const task = this.#busy.get(worker);
    if (task === undefined) return;
    this.#busy.delete(worker);
    worker.unref();
    this.#idle.push(worker);
    task.resolve(value);
    this.#next();
  }

  #retire(worker: Worker, error: Error): void {
    const task = this.#busy.get(worker);
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    if (!this.#busy.delete(worker) && index < 0) return;
    void worker.terminate();
    task?.reject(error);
    this.#next();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function startBcryptWorker(): Worker {
  return new Worker(bcryptWorker.source, { ...bcryptWorker.options, env: {}, execArgv: [] });
}
