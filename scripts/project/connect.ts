import { existsSync, readFileSync } from 'node:fs';
import { type Gateway, openGateway } from '#shared/appwrite/gateway.ts';
import { openStore, type Store } from '#shared/appwrite/store.ts';
import { DAY, SECOND, systemClock } from '#shared/domain/clock.ts';
import { UsageError } from './command.ts';
import { localAddress, PROJECT_FILE } from './local-settings.ts';

export type Target = { endpoint: string; projectId: string; key: string };
export type Connection = { target: Target; gateway: Gateway; store: Store };

function localTarget(env: NodeJS.ProcessEnv): Target {
  const { port, dataDir } = localAddress(env);
  const secrets = `${dataDir}/secrets.json`;
  if (!existsSync(secrets)) {
    throw new Error(`No local Appwrite has run in ${dataDir}. Run npm start first, or set APPWRITE_ENDPOINT.`);
  }
  const { apiKey }: { apiKey: string } = JSON.parse(readFileSync(secrets, 'utf8'));
  const { projectId }: { projectId: string } = JSON.parse(readFileSync(PROJECT_FILE, 'utf8'));
  return { endpoint: `http://127.0.0.1:${port}/v1`, projectId, key: apiKey };
}

/** The Appwrite of APPWRITE_ENDPOINT with its project and key, or the local one of PORT and DATA_DIR. */
export function targetOf(env: NodeJS.ProcessEnv = process.env): Target {
  const { APPWRITE_ENDPOINT: endpoint, APPWRITE_PROJECT_ID: projectId, APPWRITE_API_KEY: key } = env;
  if (!endpoint) return localTarget(env);
  const missing = Object.entries({ APPWRITE_PROJECT_ID: projectId, APPWRITE_API_KEY: key }).filter(
    ([, value]) => !value,
  );
  if (!projectId || !key)
    throw new UsageError(`${missing.map(([name]) => name).join(' and ')} must be set beside APPWRITE_ENDPOINT.`);
  const address = endpoint.trim().replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]+\/v1$/.test(address)) {
    throw new UsageError(
      `APPWRITE_ENDPOINT must be an address that ends in /v1, such as https://appwrite.example.org/v1, not "${endpoint}".`,
    );
  }
  return { endpoint: address, projectId, key };
}

const REACH_TIMEOUT_MS = 10 * SECOND;

/**
 * Why no Appwrite answers there; undefined when one does. GET /health/version needs no key, and refusals contain the
 * version too (recorded: access-045, access-139, access-170).
 */
async function unreachableReason({ endpoint, projectId }: Target): Promise<string | undefined> {
  const headers = { 'x-appwrite-project': projectId };
  const signal = AbortSignal.timeout(REACH_TIMEOUT_MS);
  try {
    const answer = await fetch(`${endpoint}/health/version`, { headers, signal, redirect: 'manual' });
    const body: unknown = await answer.json().catch(() => undefined);
    if (typeof body === 'object' && body !== null && 'version' in body) return undefined;
    const redirect = answer.headers.get('location');
    return `an answer ${answer.status}${redirect === null ? '' : ` that points to ${redirect}`}, not as Appwrite gives it`;
  } catch (error) {
    if (signal.aborted) return `nothing within ${REACH_TIMEOUT_MS / SECOND} seconds`;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  }
}

/** Throws unless an Appwrite answers, with what was found and what was expected. Returns the target. */
export async function requireAppwrite(target: Target, env: NodeJS.ProcessEnv = process.env): Promise<Target> {
  const why = await unreachableReason(target);
  if (why === undefined) return target;
  const expected = env.APPWRITE_ENDPOINT
    ? 'APPWRITE_ENDPOINT must be an address such as https://appwrite.example.org/v1.'
    : 'Start the local one with npm start, with the same PORT and DATA_DIR, or set APPWRITE_ENDPOINT.';
  throw new Error(`No Appwrite answers at ${target.endpoint} (${why}). ${expected}`);
}

/** Opens the tables of the functions with an admin key. */
export function connect(target: Target = targetOf()): Connection {
  const gateway = openGateway({
    ...target,
    timeoutMs: 15 * SECOND,
    hedgeMs: 2 * SECOND,
    deadline: systemClock.elapsed() + DAY,
    clock: systemClock,
  });
  return { target, gateway, store: openStore(gateway) };
}
