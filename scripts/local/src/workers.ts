/**
 * How Appwrite 1.9.6 assigns requests to the workers of its HTTP server, and how long each kind of call takes there.
 */

/** A request as the dispatcher sees it. `toFunction`: whether it goes to a function's domain. */
export type Arrival = { method: string; path: string; toFunction: boolean };

export type WorkersOptions = {
  /**
   * Whether a proxy is in front; true by default. The dispatcher recognises a domain only if the second line of the
   * request begins with `Host: `. Proxies send it so; Node's clients do not.
   */
  proxy?: boolean;
  random?: () => number;
};

type Worker = { busy: boolean; waiting: (() => void)[] };

/**
 * Workers that serve one request at a time. Executions go to the last fifth of them only, other requests to any idle
 * one. If none is idle, an execution waits for a random worker of the last fifth, another request for a random one of
 * the rest, even if a different one becomes idle first.
 */
export class Workers {
  readonly #all: Worker[];
  readonly #firstForExecutions: number;
  readonly #proxy: boolean;
  readonly #random: () => number;

  /** Throws for fewer than two workers: one is for executions and one for everything else. */
  constructor(count: number, { proxy = true, random = Math.random }: WorkersOptions = {}) {
    if (!Number.isInteger(count) || count < 2) {
      throw new Error(`The number of workers must be a whole number from 2 on, not ${count}.`);
    }
    this.#all = Array.from({ length: count }, () => ({ busy: false, waiting: [] }));
    this.#firstForExecutions = Math.floor(count * 0.8);
    this.#proxy = proxy;
    this.#random = random;
  }

  /** Waits for a worker; the returned function releases it. */
  async acquire(arrival: Arrival): Promise<() => void> {
    const worker = this.#choose(isPostToExecutions(arrival) || (this.#proxy && arrival.toFunction));
    if (worker.busy) await new Promise<void>((resolve) => worker.waiting.push(resolve));
    worker.busy = true;
    return () => {
      const next = worker.waiting.shift();
      if (next) next();
      else worker.busy = false;
    };
  }

  #choose(execution: boolean): Worker {
    const forExecutions = this.#all.slice(this.#firstForExecutions);
    const rest = this.#all.slice(0, this.#firstForExecutions);
    const idle = (execution ? forExecutions : this.#all).find(({ busy }) => !busy);
    return idle ?? this.#anyOf(execution ? forExecutions : rest);
  }

  #anyOf(workers: Worker[]): Worker {
    return workers[Math.floor(this.#random() * workers.length)] as Worker;
  }
}

/** Milliseconds, measured on a real Appwrite with MariaDB, without network and load. */
const measured = { read: 6, write: 12, execution: 17 };

/** The delay of a call in milliseconds: what it takes on a real Appwrite. It is added to the time it takes here. */
export function delayMilliseconds(arrival: Arrival): number {
  const { method, toFunction } = arrival;
  const call = /^(GET|HEAD|OPTIONS)$/.test(method) ? measured.read : measured.write;
  const runs = toFunction || isPostToExecutions(arrival);
  return (toFunction ? 0 : call) + (runs ? measured.execution : 0);
}

function isPostToExecutions({ method, path }: Arrival): boolean {
  return method === 'POST' && path.includes('/executions');
}
