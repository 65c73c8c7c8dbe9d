import { Client, TablesDB } from 'node-appwrite';
import type { Clock } from '#shared/domain/clock.ts';
import { type Attempt, type CallTimes, callHedged, callOnce } from './hedged-call.ts';
import { Slots } from './slots.ts';

/** One logical call. `from` and `to` are `Clock.elapsed()`; overlaps show which calls ran side by side. */
export type CallRecord = { call: string; from: number; to: number; ok: boolean; asked: number };

export type GatewaySettings = {
  endpoint: string;
  projectId: string;
  key: string;
  /** Milliseconds after which one call is given up. */
  timeoutMs: number;
  /** Milliseconds after which a read that has not answered is asked once more. */
  hedgeMs: number;
  /** The deadline of the execution, in `Clock.elapsed()`. */
  deadline: number;
  clock: Clock;
  /** Limits how many calls run at once; by default all executions of the process share one limit. */
  slots?: Slots;
};

/** The Appwrite client of one execution. Never reused: the key of one execution must not serve another. */
export type Gateway = {
  /** For services that few executions need, such as storage. */
  client: Client;
  tables: TablesDB;
  calls: readonly CallRecord[];
  /** The same tables, whose single-row writes Appwrite refuses (409 `row_update_conflict`) when the row is newer than `updatedAt`. */
  ifUnchangedSince(updatedAt: string): TablesDB;
  /** The same tables for a call that is made again by whoever made it: given up after five times `hedgeMs`. */
  impatient: TablesDB;
  /** Runs calls that are not reads, but do no harm when made twice, as one step; see `callHedged`. */
  mayRepeat<T>(step: (again: boolean) => Promise<T>): Promise<T>;
};

/** The length of the longest chain of calls of which each began only when the one before had ended. */
export function depthOf(calls: readonly CallRecord[]): number {
  let depth = 0;
  let free = Number.NEGATIVE_INFINITY;
  for (const call of [...calls].sort((a, b) => a.to - b.to)) {
    if (call.from < free) continue;
    depth += 1;
    free = call.to;
  }
  return depth;
}

/** How many milliseconds at least one call was under way; expects the calls in the order in which they began. */
export function waitedMs(calls: readonly CallRecord[]): number {
  let waited = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of calls) {
    waited += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return waited;
}

type Call = Parameters<Client['call']>;
type Prepare = Parameters<Client['prepareRequest']>;
/** `waiting`: how many calls of this execution wait for a slot. */
type Shared = { settings: GatewaySettings; calls: CallRecord[]; waiting: number };
type Special = { headers?: Record<string, string>; mostMs?: number };

/**
 * All executions of this process share these. A worker of Appwrite serves one request at a time, and a call without an
 * idle worker waits behind a random one, which may wait for a function itself. Six calls at a time rarely meet that and
 * are enough: at 10 ms each they are 600 a second. A call that hangs gives its slot to others after two seconds.
 */
const processSlots = new Slots(6, 2_000);

/** The SDK's client for one attempt of a call, with a signal that cancels the attempt. */
class AttemptClient extends Client {
  readonly #signal: AbortSignal;

  constructor({ endpoint, projectId, key }: GatewaySettings, signal: AbortSignal) {
    super();
    this.#signal = signal;
    this.setEndpoint(endpoint).setProject(projectId).setKey(key);
  }

  override prepareRequest(...request: Prepare): ReturnType<Client['prepareRequest']> {
    const { uri, options } = super.prepareRequest(...request);
    return { uri, options: { ...options, signal: this.#signal } };
  }
}

/** The SDK's client with a timeout for each call and for all of them, second attempts, and a record of the calls. */
class AppwriteClient extends Client {
  readonly #shared: Shared;
  readonly #special: Special;

  constructor(shared: Shared, special: Special = {}) {
    super();
    this.#shared = shared;
    this.#special = special;
    const { endpoint, projectId, key } = shared.settings;
    this.setEndpoint(endpoint).setProject(projectId).setKey(key);
  }

  async #takeSlot(): Promise<() => void> {
    const { settings } = this.#shared;
    this.#shared.waiting += 1;
    try {
      return await (settings.slots ?? processSlots).take(settings.deadline - settings.clock.elapsed());
    } finally {
      this.#shared.waiting -= 1;
    }
  }

  override async call(...[method, url, headers, ...rest]: Call): ReturnType<Client['call']> {
    const { settings, calls } = this.#shared;
    const { headers: extraHeaders, mostMs = Number.POSITIVE_INFINITY } = this.#special;
    const from = settings.clock.elapsed();
    const record: CallRecord = { call: `${method} ${url.pathname}`, from, to: from, ok: false, asked: 0 };
    const attempt: Attempt<unknown> = (signal) => {
      record.asked += 1;
      // The SDK adds the query to the URL object it is given, so each attempt gets its own.
      const client = new AttemptClient(settings, signal);
      return client.call(method, new URL(url), { ...headers, ...extraHeaders }, ...rest);
    };
    refuseLate(settings);
    calls.push(record);
    const release = await this.#takeSlot();
    try {
      const patience = patienceOf(settings);
      const limitMs = Math.min(patience.limitMs, mostMs);
      const answer = await (method === 'get' ? callHedged(attempt, patience) : callOnce(attempt, limitMs));
      record.ok = true;
      return answer;
    } finally {
      release();
      record.to = settings.clock.elapsed();
    }
  }
}

function refuseLate({ deadline, clock }: GatewaySettings): void {
  if (deadline <= clock.elapsed()) throw new Error('no time is left to ask Appwrite');
}

/** How long the next call may take. Throws when the execution has no time left. */
function patienceOf(settings: GatewaySettings): CallTimes {
  refuseLate(settings);
  const { timeoutMs, hedgeMs, deadline, clock } = settings;
  return { afterMs: hedgeMs, limitMs: Math.min(timeoutMs, deadline - clock.elapsed()) };
}

/** Opens the gateway; nothing is sent yet. */
export function openGateway(settings: GatewaySettings): Gateway {
  const calls: CallRecord[] = [];
  const shared = { settings, calls, waiting: 0 };
  const client = new AppwriteClient(shared);
  return {
    client,
    tables: new TablesDB(client),
    calls,
    impatient: new TablesDB(new AppwriteClient(shared, { mostMs: 5 * settings.hedgeMs })),
    ifUnchangedSince(updatedAt) {
      return new TablesDB(new AppwriteClient(shared, { headers: { 'x-appwrite-timestamp': updatedAt } }));
    },
    async mayRepeat(step) {
      const { afterMs, limitMs } = patienceOf(settings);
      // Its calls have limits of their own; there are at most two in a row.
      const isWaiting = () => shared.waiting > 0;
      return callHedged((_signal, again) => step(again), { afterMs, limitMs: 2 * limitMs, isWaiting });
    },
  };
}
