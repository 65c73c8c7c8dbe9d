import { Worker } from 'node:worker_threads';
import { systemClock } from '#shared/domain/clock.ts';
import type { HashJob } from './bcrypt-worker.ts';
import { bcryptWorker } from './worker-source.ts';

interface Task {
  job: HashJob;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  giveUpAt: number;
}

/** Whose job it is: jobs of different owners take turns; `first` goes before the other waiting jobs of its owner. */
export type Turn = { owner: string; first: boolean };

/** Longer than anybody should wait for a worker; whoever asked would give up soon after. */
const LONGEST_WAIT_MS = 10_000;

/** Waiting jobs, a queue for each owner. The owners are served in rotation, so nobody waits for all jobs of somebody else. */
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
      // A Map keeps the order of insertion: whoever was served goes to its end.
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
 * Runs jobs on worker threads, one per worker at a time. Workers start when first needed and hold no process open.
 * A job that has waited for more than ten seconds is not done any more; its answer is undefined.
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
      this.#waiting.add({ job, resolve, reject, giveUpAt: systemClock.elapsed() + this.#longestWaitMs }, turn);
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
    if (systemClock.elapsed() > task.giveUpAt) {
      task.resolve(undefined);
      this.#next();
      return;
    }
    try {
      const worker = this.#idle.pop() ?? this.#start();
      this.#busy.set(worker, task);
      // A process must not end while somebody waits for a hash; an idle worker does not keep it.
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
