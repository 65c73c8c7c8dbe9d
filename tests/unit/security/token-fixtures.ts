import { createHash, createHmac } from 'node:crypto';
import { createTokens } from '#shared/security/tokens.ts';

export const NOW = Date.UTC(2026, 5, 1, 12);
export const SECRET = 'kP9v3Qm1xT7wLz5RnB8cYd2FhJ6sGa4UeVtWqXo0';
export const OTHER_SECRET = '8dK2mZq7RfWx4TnB6vYc1HjL9sPg3UeAoQ5iXtN0';
export const SUBJECT = { sub: 'u0123456789abcdef', epoch: 'e4Yk2mQ8' };

/** Tokens of this service, with a clock that stands so many seconds after NOW. */
export function tokensAt(seconds = 0, secrets: { current: string; previous?: string } = { current: SECRET }) {
  const now = () => new Date(NOW + seconds * 1000);
  return createTokens({ secrets, issuer: 'complaints:project', audience: 'complaints-api', now });
}

export const kidOf = (secret: string) => createHash('sha256').update(secret).digest('hex').slice(0, 8);

export const header = (extra: object = {}) => ({ alg: 'HS256', typ: 'at+jwt', kid: kidOf(SECRET), ...extra });

export const claims = (extra: object = {}) => ({
  ep: SUBJECT.epoch,
  iss: 'complaints:project',
  aud: 'complaints-api',
  sub: SUBJECT.sub,
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
  iat: NOW / 1000,
  exp: NOW / 1000 + 3600,
  ...extra,
});

const encoded = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A handmade token with this header and payload; `secret` and `digest` decide how it is signed. */
export function forge(head: unknown, payload: unknown, { secret = SECRET, digest = 'sha256' } = {}): string {
  const signed = `${encoded(head)}.${encoded(payload)}`;
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}
