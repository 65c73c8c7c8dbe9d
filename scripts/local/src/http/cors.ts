import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './errors.ts';

const methods = 'GET, POST, PUT, PATCH, DELETE';
const exposed = 'X-Appwrite-Session, X-Fallback-Cookies';
const allowed = [
  ...['Accept', 'Origin', 'Cookie', 'Set-Cookie', 'Content-Type', 'Content-Range'],
  ...['Project', 'Key', 'Dev-Key', 'Locale', 'Mode', 'JWT', 'Organization', 'Response-Format', 'Timeout', 'ID'].map(
    (name) => `X-Appwrite-${name}`,
  ),
  ...['Timestamp', 'Session', 'Platform'].map((name) => `X-Appwrite-${name}`),
  ...['Version', 'Name', 'Language', 'Platform', 'GraphQL', 'Profile'].map((name) => `X-SDK-${name}`),
  ...['Range', 'Cache-Control', 'Expires', 'Pragma', 'X-Fallback-Cookies', 'X-Requested-With'],
  ...['X-Forwarded-For', 'X-Forwarded-User-Agent'],
].join(', ');

/** The CORS headers. The list of allowed request headers is fixed; custom headers of an application are not in it. */
export class Cors {
  readonly #hosts: readonly string[];

  /** `hosts`: host names of the registered web platforms; this machine is always allowed. */
  constructor(hosts: readonly string[]) {
    this.#hosts = hosts.map((host) => host.toLowerCase());
  }

  /** The answer to a preflight allows every origin; the call itself is refused if the origin is unknown. */
  headers({ origin = '' }: IncomingHttpHeaders, preflight: boolean): Record<string, string> {
    return {
      'access-control-allow-methods': methods,
      'access-control-allow-headers': allowed,
      'access-control-expose-headers': exposed,
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '86400',
      ...(preflight || this.#knows(origin) ? { 'access-control-allow-origin': origin.toLowerCase() } : {}),
    };
  }

  /** Refuses pages of unknown origins, unless they send a key. */
  check({ origin, 'x-appwrite-key': key }: IncomingHttpHeaders): void {
    if (!origin || key || this.#knows(origin)) return;
    throw new ApiError(
      'general_unknown_origin',
      `Invalid Origin. Register your new client (${hostOf(origin)}) as a new Web platform on your project console dashboard`,
    );
  }

  #knows(origin: string): boolean {
    const host = hostOf(origin);
    return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(host) || this.#hosts.includes(host);
  }
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname.toLowerCase() : '';
}
