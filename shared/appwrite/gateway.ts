import { Client, Storage, TablesDB, Tokens } from 'node-appwrite';
import { elapsed } from '#shared/domain/clock.ts';
import { isTransient } from './failures.ts';

/** `from` and `to` are milliseconds of one clock, so that it shows which calls waited for which. */
export type CallRecord = { call: string; from: number; to: number; ok: boolean };
export type GatewaySettings = { endpoint: string; projectId: string; key: string; timeoutMs: number; deadline: number };

/** The way to Appwrite of one execution. Never kept longer: the key of one caller must not serve another. */
export type Gateway = {
  tables: TablesDB;
  storage: Storage;
  tokens: Tokens;
  calls: readonly CallRecord[];
  /** The same tables, whose single-row writes Appwrite refuses (row_update_conflict) when the row is newer than `updatedAt`. */
  ifUnchangedSince(updatedAt: string): TablesDB;
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

const RETRIES = 2;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from Appwrite within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

type Call = Parameters<Client['call']>;
type Upload = Parameters<Client['chunkedUpload']>;
type Shared = { settings: GatewaySettings; calls: CallRecord[]; extraHeaders: Record<string, string> };

/** The SDK's client with what it lacks: a deadline for each call and the request, retries of reads, a record of the calls. */
class AppwriteClient extends Client {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    super();
    this.#shared = shared;
    const { endpoint, projectId, key } = shared.settings;
    this.setEndpoint(endpoint).setProject(projectId).setKey(key);
  }

  override call(...[method, url, headers, ...rest]: Call): ReturnType<Client['call']> {
    const all = { ...headers, ...this.#shared.extraHeaders };
    const attempt = () => this.#recorded(`${method} ${url.pathname}`, () => super.call(method, url, all, ...rest));
    return method === 'get' ? this.#retried(attempt) : attempt();
  }

  /** Our transport closes the connection of a call that is given up; the stock one does not know `limitMs`. */
  override prepareRequest(...request: Parameters<Client['prepareRequest']>): ReturnType<Client['prepareRequest']> {
    const { uri, options } = super.prepareRequest(...request);
    return { uri, options: Object.assign(options, { limitMs: this.#limitMs() }) };
  }

  #limitMs(): number {
    const { timeoutMs, deadline } = this.#shared.settings;
    return Math.max(0, Math.min(timeoutMs, deadline - Date.now()));
  }

  /** No file of ours is as large as one of the SDK's chunks of 5 MB, so each goes in one piece. */
  override async chunkedUpload(...[method, url, headers, payload]: Upload): ReturnType<Client['chunkedUpload']> {
    return this.call(method, url, headers, { ...payload, file: await payload?.file.toFile() });
  }

  async #retried<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await attempt();
      } catch (error) {
        const wait = (50 + Math.random() * 100) * 2 ** tries;
        const late = Date.now() + wait > this.#shared.settings.deadline;
        if (tries >= RETRIES || late || !isTransient(error)) throw error;
        await pause(wait);
      }
    }
  }

  async #recorded<T>(call: string, run: () => Promise<T>): Promise<T> {
    const { calls } = this.#shared;
    const limitMs = this.#limitMs();
    if (limitMs === 0) throw new Error('no time is left to ask Appwrite');
    const from = elapsed();
    const record = { call, from, to: from, ok: false };
    calls.push(record);
    try {
      const result = await withDeadline(run(), limitMs);
      record.ok = true;
      return result;
    } finally {
      record.to = elapsed();
    }
  }
}

/** Opens the gateway; nothing is sent yet. `deadline` is in epoch milliseconds, `timeoutMs` is for each call. */
export function openGateway(settings: GatewaySettings): Gateway {
  const calls: CallRecord[] = [];
  const client = new AppwriteClient({ settings, calls, extraHeaders: {} });
  return {
    tables: new TablesDB(client),
    storage: new Storage(client),
    tokens: new Tokens(client),
    calls,
    ifUnchangedSince: (updatedAt) =>
      new TablesDB(new AppwriteClient({ settings, calls, extraHeaders: { 'x-appwrite-timestamp': updatedAt } })),
  };
}
