/** The CORS headers for this origin, or undefined when the origin is not one of the configured ones (`*` allows all). */
export function corsHeaders(
  origin: string | undefined,
  allowed: readonly string[],
): Record<string, string> | undefined {
  if (origin === undefined) return {};
  if (!allowed.includes('*') && !allowed.includes(origin)) return undefined;
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'ETag, Retry-After, Idempotent-Replayed, Allow, X-Request-Id',
    vary: 'Origin',
  };
}

/** What a preflight for these methods is told. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'Content-Type, TOKEN, USERNAME, Idempotency-Key, If-Match',
    'access-control-max-age': '86400',
  };
}
