import { Client, TablesDB } from 'node-appwrite';
import { elapsed } from '#shared/domain/clock.ts';
import { isTransient } from './failures.ts';

/** `from` and `to` are milliseconds of one clock, so that it shows which calls waited for which. */
export type CallRecord = { call: string; from: number; to: number; ok: boolean };
export type GatewaySettings = { endpoint: string; projectId: string; key: string; timeoutMs: number; deadline: number };

/** The way to Appwrite of one execution. Never kept longer: the key of one caller must not serve another. */
export type Gateway = {
  /** For the services that few executions need. */
  client: Client;
  tables: TablesDB;
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

/** How long at least one of them was under way; expects them in the order in which they began. */
export function waitedMs(calls: readonly CallRecord[]): number {
  let waited = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of calls) {
    waited += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return waited;
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

/** A query as Appwrite reads it: lists by `name[index]`. */
function queryOf(params: Record<string, unknown>): string {
  let query = '';
  const add = (name: string, value: unknown) => {
    query += `${query === '' ? '?' : '&'}${name}=${encodeURIComponent(String(value))}`;
  };
  for (const [name, value] of Object.entries(params)) {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) add(`${name}%5B${index}%5D`, one);
    else add(name, value);
  }
  return query;
}

type Request = Parameters<Client['prepareRequest']>;
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

  override async call(...[method, url, headers, ...rest]: Call): ReturnType<Client['call']> {
    const all = { ...headers, ...this.#shared.extraHeaders };
    const retries = method === 'get' ? RETRIES : 0;
    for (let tries = 0; ; tries += 1) {
      const limitMs = this.#limitMs();
      if (limitMs === 0) throw new Error('no time is left to ask Appwrite');
      const record = this.#begin(`${method} ${url.pathname}`);
      try {
        const answer = await withDeadline(super.call(method, url, all, ...rest), limitMs);
        Object.assign(record, { ok: true, to: elapsed() });
        return answer;
      } catch (error) {
        record.to = elapsed();
        const wait = (50 + Math.random() * 100) * 2 ** tries;
        const late = Date.now() + wait > this.#shared.settings.deadline;
        if (tries >= retries || late || !isTransient(error)) throw error;
        await pause(wait);
      }
    }
  }

  #begin(call: string): CallRecord {
    const from = elapsed();
    const record = { call, from, to: from, ok: false };
    this.#shared.calls.push(record);
    return record;
  }

  /**
   * Our transport closes the connection of a call that is given up; the stock one does not know `limitMs`. The SDK would
   * write a query into the URL it is given, slowly, and once more for every retry.
   */
  override prepareRequest(...[method, url, headers, params]: Request): ReturnType<Client['prepareRequest']> {
    const reads = method === 'get';
    const { uri, options } = super.prepareRequest(method, url, headers, reads ? {} : params);
    const query = reads ? queryOf(params ?? {}) : '';
    return { uri: `${uri}${query}`, options: Object.assign(options, { limitMs: this.#limitMs() }) };
  }

  #limitMs(): number {
    const { timeoutMs, deadline } = this.#shared.settings;
    return Math.max(0, Math.min(timeoutMs, deadline - Date.now()));
  }

  /** No file of ours is as large as one of the SDK's chunks of 5 MB, so each goes in one piece. */
  override async chunkedUpload(...[method, url, headers, payload]: Upload): ReturnType<Client['chunkedUpload']> {
    return this.call(method, url, headers, { ...payload, file: await payload?.file.toFile() });
  }
}

/** Opens the gateway; nothing is sent yet. `deadline` is in epoch milliseconds, `timeoutMs` is for each call. */
export function openGateway(settings: GatewaySettings): Gateway {
  const calls: CallRecord[] = [];
  const client = new AppwriteClient({ settings, calls, extraHeaders: {} });
  return {
    client,
    tables: new TablesDB(client),
    calls,
    ifUnchangedSince: (updatedAt) =>
      new TablesDB(new AppwriteClient({ settings, calls, extraHeaders: { 'x-appwrite-timestamp': updatedAt } })),
  };
}
