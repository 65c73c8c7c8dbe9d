import { CalendarError, readHolidays, readWorkingHours, type WorkingCalendar } from './domain/working-time.ts';

/** All settings of a deployment, read once per process. OPERATING.md lists the variables and their defaults. */
export type Config = {
  endpoint: string;
  projectId: string;
  publicEndpoint: string;
  tokenSecret: string;
  previousTokenSecret: string | undefined;
  tokenHours: number;
  corsOrigins: readonly string[];
  /** The origin of each function's own domain, for clients that send a path to the wrong function. */
  apiOrigins: Readonly<Record<string, string>>;
  /** Two letters (ISO 3166): the country of phone numbers without a country code. */
  defaultCountry: string | undefined;
  bcryptCost: number;
  /** The working hours in which deadlines are counted, and the time zone of days and years. */
  calendar: WorkingCalendar;
  /** Days from the end of a complaint until the contact of a caller is removed from it. */
  contactDays: number;
  /** Limits, each over a sliding window. */
  complaintsPerHour: number;
  changesPerHour: number;
  staffChangesPerHour: number;
  followsPerHour: number;
  registrationsPerHour: number;
  recoveriesPerHour: number;
  confirmMailsPerHour: number;
  loginFailuresPerAddress: number;
  loginFailuresPerAccount: number;
  loginFailuresPerDay: number;
  loginFailuresFromKnown: number;
  appwriteTimeoutMs: number;
  /** A read that has not answered after this many milliseconds is sent a second time. */
  appwriteHedgeMs: number;
};

/** The function variables that a deployment may set. A test compares this list with the variables read below. */
export const SETTINGS = [
  'PUBLIC_ENDPOINT',
  'TOKEN_SECRET',
  'TOKEN_SECRET_PREVIOUS',
  'TOKEN_HOURS',
  'CORS_ORIGINS',
  'API_ORIGINS',
  'DEFAULT_COUNTRY',
  'BCRYPT_COST',
  'TIME_ZONE',
  'WORKING_HOURS',
  'HOLIDAYS',
  'CONTACT_DAYS',
  'COMPLAINTS_PER_HOUR',
  'CHANGES_PER_HOUR',
  'STAFF_CHANGES_PER_HOUR',
  'FOLLOWS_PER_HOUR',
  'REGISTRATIONS_PER_HOUR',
  'RECOVERIES_PER_HOUR',
  'CONFIRM_MAILS_PER_HOUR',
  'LOGIN_FAILURES_PER_ADDRESS',
  'LOGIN_FAILURES_PER_ACCOUNT',
  'LOGIN_FAILURES_PER_DAY',
  'LOGIN_FAILURES_FROM_KNOWN',
  'APPWRITE_TIMEOUT_MS',
  'APPWRITE_HEDGE_MS',
  'APP_URL',
  'SMTP_URL',
  'MAIL_FROM',
  'WEBHOOKS_TO_LOOPBACK',
] as const;

/** The settings of a function without clients: access to Appwrite, and no secret that gives access to an account. */
export type StorageConfig = Pick<Config, 'endpoint' | 'projectId' | 'appwriteTimeoutMs' | 'appwriteHedgeMs'>;

/**
 * The settings of `maintenance`, which counts deadlines in working time and completes complaints edited in the console.
 */
export type MaintenanceConfig = StorageConfig & Pick<Config, 'calendar' | 'contactDays'>;

/** An invalid setting. The message names the variable and never its value. */
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

/** TIME_ZONE, such as Europe/Berlin; UTC when it is not set. Throws ConfigError when there is no such zone. */
function timeZoneOf(env: Env): string {
  const timeZone = env.TIME_ZONE?.trim() || 'UTC';
  // Checked first, since a DateTimeFormat takes a tenth of a cold start. The list has no aliases such as Asia/Calcutta.
  if (timeZone === 'UTC' || Intl.supportedValuesOf('timeZone').includes(timeZone)) return timeZone;
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    throw new ConfigError('TIME_ZONE must be the name of a time zone, such as Europe/Berlin');
  }
}

const WORKING_HOURS = 'mon-fri 08:00-17:00';

function readCalendarSetting<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof CalendarError ? new ConfigError(`${name} ${error.message}`) : error;
  }
}

/** TIME_ZONE, WORKING_HOURS and HOLIDAYS; throws ConfigError. */
export function readCalendar(env: Env = process.env): WorkingCalendar {
  const [hours, holidays] = [env.WORKING_HOURS?.trim() || WORKING_HOURS, env.HOLIDAYS ?? ''];
  return {
    timeZone: timeZoneOf(env),
    week: readCalendarSetting('WORKING_HOURS', () => readWorkingHours(hours)),
    holidays: readCalendarSetting('HOLIDAYS', () => readHolidays(holidays)),
  };
}

function limit(env: Env, name: string, fallback: number): number {
  return whole(env, name, { fallback, min: 1, max: 1_000_000 });
}

const isHttp = (value: string) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

/** An http or https URL without slashes at its end. Refuses `localhost:3000/v1`, which a browser cannot open. */
function endpointOf(env: Env, name: string, fallback: string): string {
  const value = (env[name]?.trim() || fallback).replace(/\/+$/, '');
  if (!isHttp(value)) throw new ConfigError(`${name} must be an address such as https://cloud.example.com/v1`);
  return value;
}

/**
 * An origin as browsers send it: lower case, without a default port or a slash at the end. Undefined for other texts.
 * Apps in a shell have their own schemes, such as capacitor://localhost.
 */
function originOf(text: string): string | undefined {
  if (!isHttp(text))
    return /^[a-z][a-z0-9+.-]*:\/\/[\w.-]+\/?$/i.test(text) ? text.toLowerCase().replace(/\/$/, '') : undefined;
  const { href, origin } = new URL(text);
  return href === `${origin}/` ? origin : undefined;
}

/**
 * CORS_ORIGINS: `*` for all, origins, and origins with `:*` for any port. Throws ConfigError for an entry that no
 * browser can send.
 */
function corsOriginsOf(env: Env): string[] {
  const origins = listOf(env, 'CORS_ORIGINS').map((entry) => {
    if (entry === '*') return entry;
    const anyPort = entry.endsWith(':*');
    const origin = originOf(anyPort ? entry.slice(0, -2) : entry);
    if (origin !== undefined) return anyPort ? `${origin}:*` : origin;
    throw new ConfigError('CORS_ORIGINS must be * or a list such as https://app.example,http://localhost:5173');
  });
  return [...new Set(origins)];
}

/**
 * API_ORIGINS: the origin of each function, such as `auth=https://a.example,users=https://u.example`. Throws
 * ConfigError.
 */
function apiOriginsOf(env: Env): Record<string, string> {
  const pairs = listOf(env, 'API_ORIGINS').map((pair) => {
    const [, id = '', origin = ''] = /^([a-z-]+)=(.+)$/.exec(pair) ?? [];
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ConfigError('API_ORIGINS must be a list such as auth=https://a.example,users=https://u.example');
    }
    return [id, origin] as const;
  });
  return Object.fromEntries(pairs);
}

/** DEFAULT_COUNTRY, such as DE; undefined when it is not set. Throws ConfigError when there is no such country. */
export function readDefaultCountry(env: Env = process.env): string | undefined {
  const code = env.DEFAULT_COUNTRY?.trim().toUpperCase();
  if (!code) return undefined;
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  if (/^[A-Z]{2}$/.test(code) && names.of(code) !== undefined) return code;
  throw new ConfigError('DEFAULT_COUNTRY must be the two letters of a country, such as DE');
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
    appwriteHedgeMs: whole(env, 'APPWRITE_HEDGE_MS', { fallback: 300, min: 10, max: 20_000 }),
  });
}

/** The settings for deadlines and for removing contacts; throws ConfigError. */
export function readCaseSettings(env: Env = process.env): Pick<Config, 'calendar' | 'contactDays'> {
  return {
    calendar: readCalendar(env),
    contactDays: whole(env, 'CONTACT_DAYS', { fallback: 90, min: 1, max: 3_650 }),
  };
}

/** The configuration of `maintenance`; throws ConfigError. */
export function readMaintenanceConfig(env: Env = process.env): MaintenanceConfig {
  return Object.freeze({ ...readStorageConfig(env), ...readCaseSettings(env) });
}

/**
 * The configuration in an environment; throws ConfigError. `composeService` checks whether the token secret is strong.
 */
export function readConfig(env: Env = process.env): Config {
  const storage = readStorageConfig(env);
  return Object.freeze({
    ...storage,
    publicEndpoint: endpointOf(env, 'PUBLIC_ENDPOINT', storage.endpoint),
    tokenSecret: text(env, 'TOKEN_SECRET'),
    previousTokenSecret: env.TOKEN_SECRET_PREVIOUS?.trim() || undefined,
    tokenHours: whole(env, 'TOKEN_HOURS', { fallback: 12, min: 1, max: 720 }),
    corsOrigins: corsOriginsOf(env),
    apiOrigins: apiOriginsOf(env),
    defaultCountry: readDefaultCountry(env),
    bcryptCost: whole(env, 'BCRYPT_COST', { fallback: 12, min: 10, max: 15 }),
    ...readCaseSettings(env),
    complaintsPerHour: limit(env, 'COMPLAINTS_PER_HOUR', 60),
    changesPerHour: limit(env, 'CHANGES_PER_HOUR', 60),
    staffChangesPerHour: limit(env, 'STAFF_CHANGES_PER_HOUR', 2_000),
    followsPerHour: limit(env, 'FOLLOWS_PER_HOUR', 300),
    registrationsPerHour: limit(env, 'REGISTRATIONS_PER_HOUR', 100),
    recoveriesPerHour: limit(env, 'RECOVERIES_PER_HOUR', 60),
    confirmMailsPerHour: limit(env, 'CONFIRM_MAILS_PER_HOUR', 5),
    loginFailuresPerAddress: limit(env, 'LOGIN_FAILURES_PER_ADDRESS', 60),
    loginFailuresPerAccount: limit(env, 'LOGIN_FAILURES_PER_ACCOUNT', 10),
    loginFailuresPerDay: limit(env, 'LOGIN_FAILURES_PER_DAY', 100),
    loginFailuresFromKnown: limit(env, 'LOGIN_FAILURES_FROM_KNOWN', 100),
  });
}

/** The configuration of the function `notifications`. */
export type NotifyConfig = StorageConfig &
  Pick<Config, 'publicEndpoint' | 'tokenSecret'> & {
    /** The page that links in mails open; it reads their tokens from the fragment. */
    appUrl: string;
    /** The SMTP server that takes the mails instead of Appwrite Messaging. */
    smtp: { url: string; from: string } | undefined;
    /** Allows webhooks over http and on this machine; for the local server only. */
    webhooksToLoopback: boolean;
  };

function smtpOf(env: Env): NotifyConfig['smtp'] {
  const url = env.SMTP_URL?.trim();
  if (!url) return undefined;
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol)) {
    throw new ConfigError('SMTP_URL must be an address such as smtps://user:password@mail.example.org');
  }
  const from = text(env, 'MAIL_FROM');
  if (!/^\S+@\S+$|<\S+@\S+>$/.test(from)) throw new ConfigError('MAIL_FROM must be an e-mail address');
  return { url, from };
}

/**
 * The configuration of `notifications`; throws ConfigError. The default of APP_URL is the origin of PUBLIC_ENDPOINT.
 */
export function readNotifyConfig(env: Env = process.env): NotifyConfig {
  const storage = readStorageConfig(env);
  const publicEndpoint = endpointOf(env, 'PUBLIC_ENDPOINT', storage.endpoint);
  return Object.freeze({
    ...storage,
    publicEndpoint,
    tokenSecret: text(env, 'TOKEN_SECRET'),
    appUrl: endpointOf(env, 'APP_URL', new URL(publicEndpoint).origin),
    smtp: smtpOf(env),
    webhooksToLoopback: env.WEBHOOKS_TO_LOOPBACK?.trim() === 'true',
  });
}

/** The configuration of the function `docs`; without secrets. */
export type DocsConfig = {
  corsOrigins: readonly string[];
  /** The origin of each function's own domain; a function that is not named is at the page's own origin. */
  apiOrigins: Readonly<Record<string, string>>;
  /** The origin of picture URLs; undefined when it is not known. */
  pictureOrigin: string | undefined;
};

/** The configuration of the pages; throws ConfigError. */
export function readDocsConfig(env: Env = process.env): DocsConfig {
  const endpoint = env.PUBLIC_ENDPOINT?.trim() || env.APPWRITE_FUNCTION_API_ENDPOINT || '';
  const pictureOrigin = isHttp(endpoint) ? new URL(endpoint).origin : undefined;
  return { corsOrigins: corsOriginsOf(env), apiOrigins: apiOriginsOf(env), pictureOrigin };
}
