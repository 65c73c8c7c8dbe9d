import { Worker } from 'node:worker_threads';
import type { HashJob } from './bcrypt-worker.ts';
import { bcryptWorker } from './worker-source.ts';

interface Task {
  job: HashJob;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Runs jobs on worker threads, one per worker at a time. Workers start when first needed and hold no process open. */
export class HashPool {
  readonly #limit: number;
  readonly #startWorker: () => Worker;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Task>();
  readonly #waiting: Task[] = [];
  #closed = false;

  constructor(limit: number, startWorker = startBcryptWorker) {
    this.#limit = limit;
    this.#startWorker = startWorker;
  }

  async run(job: HashJob): Promise<unknown> {
    if (this.#closed) throw new Error('The hash pool is closed');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const error = new Error('The hash pool was closed');
    for (const task of this.#waiting.splice(0)) task.reject(error);
    const workers = [...this.#busy.keys(), ...this.#idle];
    for (const worker of workers) this.#retire(worker, error);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#busy.size >= this.#limit) return;
    const task = this.#waiting.shift();
    if (task === undefined) return;
    try {
      const worker = this.#idle.pop() ?? this.#start();
      this.#busy.set(worker, task);
      // A process must not end under a hash somebody waits for, only under an idle worker.
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
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    if (!this.#busy.delete(worker) && place < 0) return;
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
