import { AppwriteException, Client, Functions, Proxy as ProxyRules, Storage, TablesDB } from 'node-appwrite';
import { MINUTE, SECOND } from '#shared/domain/clock.ts';
import type { Target } from '../project/connect.ts';

type Call = Parameters<Client['call']>;

const RETRIES = 4;
const TIMEOUT_MS = MINUTE;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function isTransient(error: unknown): boolean {
  if (!(error instanceof AppwriteException)) return true;
  return error.code === 0 || error.code === 429 || error.code >= 500;
}

/** The SDK's client with a time limit for each call and with retries of reads. */
class RetryingClient extends Client {
  override async call(...call: Call): ReturnType<Client['call']> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#once(call);
      } catch (error) {
        if (call[0].toLowerCase() !== 'get' || tries >= RETRIES || !isTransient(error)) throw error;
        await pause(200 * 2 ** tries);
      }
    }
  }

  async #once(call: Call): ReturnType<Client['call']> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms: ${call[1].pathname}`)), TIMEOUT_MS);
    });
    try {
      return await Promise.race([super.call(...call), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A project with the access of its API key. */
export type Remote = {
  target: Target;
  tables: TablesDB;
  storage: Storage;
  functions: Functions;
  rules: ProxyRules;
  /** A call by its path below the endpoint, for what the SDK cannot express (a default of null). */
  send(method: 'post' | 'patch' | 'put', path: string, body: Record<string, unknown>): Promise<void>;
};

export function openRemote(target: Target): Remote {
  const client = new RetryingClient().setEndpoint(target.endpoint).setProject(target.projectId).setKey(target.key);
  return {
    target,
    tables: new TablesDB(client),
    storage: new Storage(client),
    functions: new Functions(client),
    rules: new ProxyRules(client),
    async send(method, path, body) {
      const headers = { 'X-Appwrite-Project': target.projectId, 'content-type': 'application/json' };
      await client.call(method, new URL(`${target.endpoint}${path}`), headers, body);
    },
  };
}

/** Resolves to undefined for a 404; rethrows every other error. */
export async function undefinedIfMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof AppwriteException && error.code === 404) return undefined;
    throw error;
  }
}

/** Repeats a read until it returns something. */
export async function until<T>(
  read: () => Promise<T | undefined>,
  limit: { seconds: number; what: string },
): Promise<T> {
  const end = Date.now() + limit.seconds * SECOND;
  for (let wait = 30; ; wait = Math.min(wait * 1.5, 1_500)) {
    const answer = await read();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${limit.what}: not within ${limit.seconds} seconds`);
    await pause(wait);
  }
}

/** The number of rows of a table in words; Appwrite counts to 5000. */
export async function countRows(tables: Remote['tables'], databaseId: string, tableId: string): Promise<string> {
  const { total } = await tables.listRows({ databaseId, tableId });
  return total >= 5000 ? '5000 rows or more' : total === 1 ? '1 row' : `${total} rows`;
}
