/** Everything a deployment can set. Read once per process; the defaults are those of the contract. */
export type Config = {
  endpoint: string;
  projectId: string;
  publicEndpoint: string;
  tokenSecret: string;
  previousTokenSecret: string | undefined;
  tokenHours: number;
  corsOrigins: readonly string[];
  bcryptCost: number;
  complaintsPerHour: number;
  registrationsPerHour: number;
  loginFailuresPerAddress: number;
  loginFailuresPerDay: number;
  appwriteTimeoutMs: number;
};

/** What a function without clients needs: the way to Appwrite, and nothing that opens an account. */
export type StorageConfig = Pick<Config, 'endpoint' | 'projectId' | 'appwriteTimeoutMs'>;

/** A setting that cannot be served with. Its message names the variable and never its value. */
export class ConfigError extends Error {}

type Env = Record<string, string | undefined>;

function text(env: Env, name: string): string {
  const value = env[name]?.trim();
  if (!value) throw new ConfigError(`${name} is not set`);
  return value;
}

function whole(env: Env, name: string, range: { fallback: number; min: number; max: number }): number {
  const raw = env[name]?.trim();
  if (!raw) return range.fallback;
  const value = /^\d{1,9}$/.test(raw) ? Number(raw) : Number.NaN;
  if (!(value >= range.min && value <= range.max)) {
    throw new ConfigError(`${name} must be a whole number from ${range.min} to ${range.max}`);
  }
  return value;
}

function endpointOf(env: Env, name: string, fallback: string): string {
  const value = (env[name]?.trim() || fallback).replace(/\/+$/, '');
  if (!URL.canParse(value)) throw new ConfigError(`${name} is not a URL`);
  return value;
}

function listOf(env: Env, name: string): string[] {
  const parts = (env[name] ?? '').split(',').map((part) => part.trim());
  return parts.filter(Boolean);
}

/** The configuration of a function without clients; throws ConfigError. */
export function readStorageConfig(env: Env = process.env): StorageConfig {
  return Object.freeze({
    endpoint: endpointOf(env, 'APPWRITE_FUNCTION_API_ENDPOINT', ''),
    projectId: text(env, 'APPWRITE_FUNCTION_PROJECT_ID'),
    appwriteTimeoutMs: whole(env, 'APPWRITE_TIMEOUT_MS', { fallback: 6_000, min: 100, max: 20_000 }),
  });
}

/** The configuration in an environment; throws ConfigError. Whether the token secret is strong is judged where it is used. */
export function readConfig(env: Env = process.env): Config {
  const storage = readStorageConfig(env);
  return Object.freeze({
    ...storage,
    publicEndpoint: endpointOf(env, 'PUBLIC_ENDPOINT', storage.endpoint),
    tokenSecret: text(env, 'TOKEN_SECRET'),
    previousTokenSecret: env.TOKEN_SECRET_PREVIOUS?.trim() || undefined,
    tokenHours: whole(env, 'TOKEN_HOURS', { fallback: 12, min: 1, max: 720 }),
    corsOrigins: listOf(env, 'CORS_ORIGINS'),
    bcryptCost: whole(env, 'BCRYPT_COST', { fallback: 12, min: 10, max: 15 }),
    complaintsPerHour: whole(env, 'COMPLAINTS_PER_HOUR', { fallback: 60, min: 1, max: 1_000_000 }),
    registrationsPerHour: whole(env, 'REGISTRATIONS_PER_HOUR', { fallback: 100, min: 1, max: 1_000_000 }),
    loginFailuresPerAddress: whole(env, 'LOGIN_FAILURES_PER_ADDRESS', { fallback: 10, min: 1, max: 1_000_000 }),
    loginFailuresPerDay: whole(env, 'LOGIN_FAILURES_PER_DAY', { fallback: 100, min: 1, max: 1_000_000 }),
  });
}

/** What the docs function is told; it holds no secret. */
export type DocsConfig = {
  corsOrigins: readonly string[];
  /** The origin of each function's own domain; a function that is not named is at the page's own origin. */
  apiOrigins: Readonly<Record<string, string>>;
};

/** Reads `API_ORIGINS`, such as `auth=https://a.example,users=https://u.example`; throws ConfigError. */
export function readDocsConfig(env: Env = process.env): DocsConfig {
  const pairs = listOf(env, 'API_ORIGINS').map((pair) => {
    const [, id = '', origin = ''] = /^([a-z-]+)=(.+)$/.exec(pair) ?? [];
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ConfigError('API_ORIGINS must be a list such as auth=https://a.example,users=https://u.example');
    }
    return [id, origin] as const;
  });
  return { corsOrigins: listOf(env, 'CORS_ORIGINS'), apiOrigins: Object.fromEntries(pairs) };
}
