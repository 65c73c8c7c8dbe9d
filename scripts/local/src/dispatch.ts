/** How Appwrite 1.9.6 gives requests to the workers of its HTTP server, and how long each kind of call takes there. */

/** A request as the dispatcher sees it; `toFunction`: to a function's domain. */
export type Arrival = { method: string; path: string; toFunction: boolean };

export type WorkersOptions = {
  /**
   * Whether a proxy stands in front. The dispatcher knows a domain only from a second line that begins with `Host: `.
   * Proxies write it so; Node's clients, connected without one, do not. True by default.
   */
  proxy?: boolean;
  random?: () => number;
};

type Worker = { busy: boolean; waiting: (() => void)[] };

/**
 * Workers that serve one request at a time. Executions go to the last fifth of them only, anything else to any idle
 * one. Without an idle worker an execution waits behind a random one of the last fifth, any other request behind a
 * random one of the rest, whatever that one is doing.
 */
export class Workers {
  readonly #all: Worker[];
  readonly #firstForExecutions: number;
  readonly #proxy: boolean;
  readonly #random: () => number;

  /** Throws for fewer than two: there is one for executions and one for everything else. */
  constructor(count: number, { proxy = true, random = Math.random }: WorkersOptions = {}) {
    if (!Number.isInteger(count) || count < 2) {
      throw new Error(`There must be 2 workers or more, in whole numbers: ${count} is not.`);
    }
    this.#all = Array.from({ length: count }, () => ({ busy: false, waiting: [] }));
    this.#firstForExecutions = Math.floor(count * 0.8);
    this.#proxy = proxy;
    this.#random = random;
  }

  /** Waits for a worker; the answer sets it free again. */
  async enter(arrival: Arrival): Promise<() => void> {
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

/** Milliseconds as measured on a real Appwrite with MariaDB, without a network and without load. */
const measured = { read: 6, write: 12, execution: 17 };

/** What a call takes on a real Appwrite besides what it takes here, in milliseconds. */
export function delayOf(arrival: Arrival): number {
  const { method, toFunction } = arrival;
  const call = /^(GET|HEAD|OPTIONS)$/.test(method) ? measured.read : measured.write;
  const runs = toFunction || isPostToExecutions(arrival);
  return (toFunction ? 0 : call) + (runs ? measured.execution : 0);
}

function isPostToExecutions({ method, path }: Arrival): boolean {
  return method === 'POST' && path.includes('/executions');
}
