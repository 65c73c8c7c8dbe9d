import { Client, TablesDB } from 'node-appwrite';
import type { Clock } from '#shared/domain/clock.ts';
import { type Attempt, type CallTimes, callHedged, callOnce } from './hedged-call.ts';
import { Slots } from './slots.ts';

/**
 * One logical call. `from` and `to` are `Clock.elapsed()`, so overlapping calls ran in parallel. `attempts`: how
 * often it was sent, from 0 to 2.
 */
export type CallRecord = { call: string; from: number; to: number; ok: boolean; attempts: number };

export type GatewaySettings = {
  endpoint: string;
  projectId: string;
  key: string;
  /** Timeout of one call in milliseconds. */
  timeoutMs: number;
  /** Milliseconds after which an unanswered read gets a second attempt. */
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
  /**
   * Compare-and-set: Appwrite refuses single-row writes with 409 `row_update_conflict` when the row is newer than
   * `updatedAt`.
   */
  ifUnchangedSince(updatedAt: string): TablesDB;
  /** The same tables with a timeout of five times `hedgeMs`, for a caller that repeats the call itself. */
  shortTimeoutTables: TablesDB;
  /**
   * Runs writes that may be made twice as one step, with a second attempt if the first is slow or fails; see
   * `callHedged`.
   */
  runHedged<T>(step: (again: boolean) => Promise<T>): Promise<T>;
};

/** The length of the longest chain of sequential calls: each began after the previous one had ended. */
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

/** The milliseconds during which at least one call was running. Expects the calls ordered by `from`. */
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
type Overrides = { headers?: Record<string, string>; maxMs?: number };

/**
 * Shared by all executions of this process. An Appwrite worker serves one request at a time; a call without an idle
 * worker queues behind a random one, which may be waiting for a function. Six calls at once rarely cause that, and at
 * 10 ms each they are 600 a second. A call that hangs loses its slot after two seconds.
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

/**
 * The SDK's client with a timeout per call, the deadline of the execution, second attempts, slots and a record of the
 * calls.
 */
class AppwriteClient extends Client {
  readonly #shared: Shared;
  readonly #overrides: Overrides;

  constructor(shared: Shared, overrides: Overrides = {}) {
    super();
    this.#shared = shared;
    this.#overrides = overrides;
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
    const { headers: extraHeaders, maxMs = Number.POSITIVE_INFINITY } = this.#overrides;
    const from = settings.clock.elapsed();
    const record: CallRecord = { call: `${method} ${url.pathname}`, from, to: from, ok: false, attempts: 0 };
    const attempt: Attempt<unknown> = (signal) => {
      record.attempts += 1;
      // The SDK adds the query to the URL object it is given, so each attempt gets its own.
      const client = new AttemptClient(settings, signal);
      return client.call(method, new URL(url), { ...headers, ...extraHeaders }, ...rest);
    };
    checkDeadline(settings);
    calls.push(record);
    const release = await this.#takeSlot();
    try {
      const times = callTimes(settings);
      const limitMs = Math.min(times.limitMs, maxMs);
      const answer = await (method === 'get' ? callHedged(attempt, times) : callOnce(attempt, limitMs));
      record.ok = true;
      return answer;
    } finally {
      release();
      record.to = settings.clock.elapsed();
    }
  }
}

function checkDeadline({ deadline, clock }: GatewaySettings): void {
  if (deadline <= clock.elapsed()) throw new Error('no time is left to ask Appwrite');
}

/** How long the next call may take. Throws when the execution has no time left. */
function callTimes(settings: GatewaySettings): CallTimes {
  checkDeadline(settings);
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
    shortTimeoutTables: new TablesDB(new AppwriteClient(shared, { maxMs: 5 * settings.hedgeMs })),
    ifUnchangedSince(updatedAt) {
      return new TablesDB(new AppwriteClient(shared, { headers: { 'x-appwrite-timestamp': updatedAt } }));
    },
    async runHedged(step) {
      const { afterMs, limitMs } = callTimes(settings);
      // The calls of a step have timeouts of their own, and a step makes at most two in a row.
      const isWaiting = () => shared.waiting > 0;
      return callHedged((_signal, again) => step(again), { afterMs, limitMs: 2 * limitMs, isWaiting });
    },
  };
}
