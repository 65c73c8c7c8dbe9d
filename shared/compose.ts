import { type Gateway, openGateway } from './appwrite/gateway.ts';
import { openStore, type Store } from './appwrite/store.ts';
import {
  type Config,
  ConfigError,
  type MaintenanceConfig,
  type NotifyConfig,
  readConfig,
  readMaintenanceConfig,
  readNotifyConfig,
  readStorageConfig,
  type StorageConfig,
} from './config.ts';
import { clientNetwork } from './domain/client-network.ts';
import { type Clock, systemClock } from './domain/clock.ts';
import { retryLater } from './domain/problems.ts';
import type { PasswordHasher } from './security/passwords.ts';
import { createTokens, type Tokens, weaknessOf } from './security/tokens.ts';

/** The state that a process keeps between requests: settings, keys and hashing workers, nothing of a caller. */
export type Service = { config: Config; clock: Clock; tokens: Tokens; readonly hasher: PasswordHasher };

/** The dependencies of one execution. */
export type Deps = Omit<Service, 'hasher'> & {
  hasher(): PasswordHasher;
  gateway: Gateway;
  store: Store;
  /** The network of the caller, see `clientNetwork`. */
  address: string;
};

/**
 * The dependencies of code that reads and writes the storage. Functions without clients, and tools, have only these.
 */
export type StorageDeps = Pick<Deps, 'gateway' | 'store' | 'clock'>;

const REQUEST_BUDGET_MS = 20_000;

function refuseWeakSecret(config: Config): void {
  const weakness = weaknessOf(config.tokenSecret);
  if (weakness) throw new ConfigError(`TOKEN_SECRET ${weakness}`);
  const old = config.previousTokenSecret;
  if (old === undefined) return;
  const oldWeakness = old === config.tokenSecret ? 'equals TOKEN_SECRET' : weaknessOf(old);
  if (oldWeakness) throw new ConfigError(`TOKEN_SECRET_PREVIOUS ${oldWeakness}`);
}

/** The parts that a function or a test supplies. Only functions that check passwords bundle a hasher. */
export type Parts = { clock?: Clock; createHasher?: (options: { cost: number }) => PasswordHasher };

function noHasher(): never {
  throw new Error('this function checks no passwords');
}

/** Builds the service from settings; throws ConfigError for weak secrets. */
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

/** Creates a value once per process, at the first request. A ConfigError becomes a 503 for every request. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    try {
      made ??= make();
      return made;
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      throw retryLater('misconfigured', 'The service is not configured. Its log names the setting.', {
        seconds: 60,
        cause,
      });
    }
  };
}

/** The service of this process. */
export function lazyService(parts: Parts = {}): () => Service {
  return lazily(() => composeService(readConfig(), parts));
}

/** The configuration of a function without clients in this process. */
export function lazyStorageConfig(): () => StorageConfig {
  return lazily(() => readStorageConfig());
}

/** The configuration of `notifications` in this process. */
export function lazyNotifyConfig(): () => NotifyConfig {
  return lazily(() => {
    const config = readNotifyConfig();
    const weakness = weaknessOf(config.tokenSecret);
    if (weakness) throw new ConfigError(`TOKEN_SECRET ${weakness}`);
    return config;
  });
}

/** The configuration of `maintenance` in this process. */
export function lazyMaintenanceConfig(): () => MaintenanceConfig {
  return lazily(() => readMaintenanceConfig());
}

type Execution = { key: string; address: string };

/** Opens the gateway for one execution without a client. Its calls must end within `budgetMs`, all together. */
export function openStorage(config: StorageConfig, { key, budgetMs }: { key: string; budgetMs: number }): StorageDeps {
  const { endpoint, projectId, appwriteTimeoutMs: timeoutMs, appwriteHedgeMs: hedgeMs } = config;
  const clock = systemClock;
  const deadline = clock.elapsed() + budgetMs;
  const gateway = openGateway({ endpoint, projectId, key, timeoutMs, hedgeMs, deadline, clock });
  return { gateway, store: openStore(gateway), clock };
}

/** Opens the gateway for one execution, with that execution's key. */
export function openDeps(service: Service, execution: Execution): Deps {
  const { config, clock, tokens } = service;
  const { endpoint, projectId, appwriteTimeoutMs: timeoutMs, appwriteHedgeMs: hedgeMs } = config;
  const deadline = clock.elapsed() + REQUEST_BUDGET_MS;
  const gateway = openGateway({ endpoint, projectId, key: execution.key, timeoutMs, hedgeMs, deadline, clock });
  const address = clientNetwork(execution.address);
  return { config, clock, tokens, hasher: () => service.hasher, gateway, store: openStore(gateway), address };
}
