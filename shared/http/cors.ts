export type Cors = {
  headers: Record<string, string>;
  /** A browser asked from an origin that is not allowed. */
  foreign: boolean;
};

const EXPOSED = 'ETag, Retry-After, Idempotent-Replayed, Allow, X-Request-Id';
const expose = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': EXPOSED,
});

/**
 * What an answer says about this origin. Allowed is only what equals a configured origin to the letter, or `*` for all;
 * what is echoed is the setting, never the request's own header.
 */
export function corsOf(origin: string | undefined, allowed: readonly string[]): Cors {
  if (allowed.length === 0) return { headers: {}, foreign: origin !== undefined };
  const vary = { vary: 'Origin' };
  if (origin === undefined) return { headers: vary, foreign: false };
  if (allowed.includes('*')) return { headers: { ...vary, ...expose('*') }, foreign: false };
  const match = allowed.find((setting) => setting === origin && setting !== 'null');
  return { headers: match === undefined ? vary : { ...vary, ...expose(match) }, foreign: match === undefined };
}

/** The headers that answer a preflight for these methods. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'Content-Type, TOKEN, USERNAME, Idempotency-Key, If-Match',
    'access-control-max-age': '86400',
  };
}
