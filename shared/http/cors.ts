export type Cors = {
  headers: Record<string, string>;
  /** Whether a browser sent the request from an origin that is not allowed. */
  foreign: boolean;
};

const EXPOSED = 'ETag, Retry-After, Idempotent-Replayed, Allow, X-Request-Id';
const expose = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': EXPOSED,
});

/** Whether a setting allows an origin: the same origin, or one with `:*` for any port. */
function admits(setting: string, origin: string): boolean {
  if (!setting.endsWith(':*')) return setting === origin && setting !== 'null';
  const site = setting.slice(0, -2);
  return origin === site || (origin.startsWith(`${site}:`) && /^\d{1,5}$/.test(origin.slice(site.length + 1)));
}

/** The CORS headers for a page of this origin. `*` among the settings allows all. */
export function corsOf(origin: string | undefined, allowed: readonly string[]): Cors {
  if (allowed.length === 0) return { headers: {}, foreign: origin !== undefined };
  const vary = { vary: 'Origin' };
  if (origin === undefined) return { headers: vary, foreign: false };
  if (allowed.includes('*')) return { headers: { ...vary, ...expose('*') }, foreign: false };
  const admitted = allowed.some((setting) => admits(setting, origin));
  return { headers: admitted ? { ...vary, ...expose(origin) } : vary, foreign: !admitted };
}

/** The headers that answer a preflight for these methods. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'Content-Type, TOKEN, USERNAME, Idempotency-Key, If-Match',
    'access-control-max-age': '86400',
  };
}
