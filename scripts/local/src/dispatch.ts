/** How Appwrite 1.9.6 gives requests to the workers of its HTTP server, and how long each kind of call takes there. */

/** A request as the dispatcher sees it: an execution is a POST to …/executions or anything to a function's domain. */
export type Arrival = { method: string; path: string; toFunction: boolean };

type Worker = { busy: boolean; waiting: (() => void)[] };

/**
 * Workers that serve one request at a time. Executions go to the last fifth of them only, anything else to any idle
 * one. Without an idle worker an execution waits behind a random one of the last fifth, any other request behind a
 * random one of the rest, whatever that one is doing.
 */
export class Workers {
  readonly #all: Worker[];
  readonly #firstForExecutions: number;
  readonly #random: () => number;

  /** Throws for fewer than two: there is one for executions and one for everything else. */
  constructor(count: number, random: () => number = Math.random) {
    if (!Number.isInteger(count) || count < 2) {
      throw new Error(`There must be 2 workers or more, in whole numbers: ${count} is not.`);
    }
    this.#all = Array.from({ length: count }, () => ({ busy: false, waiting: [] }));
    this.#firstForExecutions = Math.floor(count * 0.8);
    this.#random = random;
  }

  /** Waits for a worker; the answer sets it free again. */
  async enter(arrival: Arrival): Promise<() => void> {
    const worker = this.#choose(isExecution(arrival));
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
  return (toFunction ? 0 : call) + (isExecution(arrival) ? measured.execution : 0);
}

function isExecution({ method, path, toFunction }: Arrival): boolean {
  return toFunction || (method === 'POST' && path.includes('/executions'));
}
