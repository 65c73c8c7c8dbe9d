import { type Gateway, openGateway } from './appwrite/gateway.ts';
import { openStore, type Store } from './appwrite/store.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { type Clock, systemClock } from './domain/clock.ts';
import { networkOf } from './domain/network.ts';
import { retryLater } from './domain/problems.ts';
import type { PasswordHasher } from './security/passwords.ts';
import { createTokens, type Tokens, weaknessOf } from './security/tokens.ts';

/** What a process keeps: settings, keys, hashing workers. Nothing of any caller. */
export type Service = { config: Config; clock: Clock; tokens: Tokens; readonly hasher: PasswordHasher };

/** What one execution works with. */
export type Deps = Omit<Service, 'hasher'> & {
  hasher(): PasswordHasher;
  gateway: Gateway;
  store: Store;
  /** The network of the caller, see `networkOf`. */
  address: string;
};

const REQUEST_BUDGET_MS = 20_000;

function refuseWeakSecret(config: Config): void {
  const weakness = weaknessOf(config.tokenSecret);
  if (weakness) throw new ConfigError(`TOKEN_SECRET ${weakness}`);
  const old = config.previousTokenSecret;
  if (old === undefined) return;
  const oldWeakness = old === config.tokenSecret ? 'equals TOKEN_SECRET' : weaknessOf(old);
  if (oldWeakness) throw new ConfigError(`TOKEN_SECRET_PREVIOUS ${oldWeakness}`);
}

/** What differs between functions and tests: only those that check passwords carry a hasher. */
export type Parts = { clock?: Clock; createHasher?: (options: { cost: number }) => PasswordHasher };

function noHasher(): never {
  throw new Error('this function checks no passwords');
}

/** Builds the service from settings; throws ConfigError rather than serve with weak ones. */
export function composeService(config: Config, { clock = systemClock, createHasher = noHasher }: Parts = {}): Service {
  refuseWeakSecret(config);
  const secrets = { current: config.tokenSecret, previous: config.previousTokenSecret };
  const tokens = createTokens({
    secrets,
    issuer: `complaints:${config.projectId}`,
    audience: 'complaints-api',
    lifetimeSeconds: config.tokenHours * 3600,
    now: () => clock.now(),
  });
  let hasher: PasswordHasher | undefined;
  return {
    config,
    clock,
    tokens,
    get hasher() {
      hasher ??= createHasher({ cost: config.bcryptCost });
      return hasher;
    },
  };
}

/** The service of this process, built at the first request; a bad setting refuses every request with 503. */
export function lazyService(parts: Parts = {}): () => Service {
  let service: Service | undefined;
  return () => {
    try {
      service ??= composeService(readConfig(), parts);
      return service;
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      throw retryLater('misconfigured', 'The service is not configured. Its log names the setting.', {
        seconds: 60,
        cause,
      });
    }
  };
}

/** `budgetMs`: how long it may ask Appwrite anything; long for nobody but the sweep, for which nobody waits. */
type Execution = { key: string; address: string; budgetMs?: number };

/** Opens the way to Appwrite for one execution with that execution's key. */
export function openDeps(service: Service, execution: Execution): Deps {
  const { config, clock, tokens } = service;
  const { endpoint, projectId, appwriteTimeoutMs: timeoutMs, appwriteHedgeMs: hedgeMs } = config;
  const deadline = clock.elapsed() + (execution.budgetMs ?? REQUEST_BUDGET_MS);
  const gateway = openGateway({ endpoint, projectId, key: execution.key, timeoutMs, hedgeMs, deadline, clock });
  const address = networkOf(execution.address);
  return { config, clock, tokens, hasher: () => service.hasher, gateway, store: openStore(gateway), address };
}
