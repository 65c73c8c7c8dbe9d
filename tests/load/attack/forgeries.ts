import { createHash, createHmac } from 'node:crypto';

const encoded = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

function decoded(part: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
}

type Signing = { secret: string; digest?: string };

/** A token with this header and payload, signed with `secret` and `digest`. */
export function forge(header: unknown, payload: unknown, { secret, digest = 'sha256' }: Signing): string {
  const signed = `${encoded(header)}.${encoded(payload)}`;
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}

type Parts = { header: Record<string, unknown>; claims: Record<string, unknown>; secret: string };

/** Tokens that an attacker can make from a good token without the secret. */
function withoutTheSecret(token: string, { header, claims }: Parts): Record<string, string> {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const guess = { secret: 'secret' };
  const unsigned = (alg: string) => `${encoded({ ...header, alg })}.${payload}.`;
  return {
    'signed with a guess': forge(header, claims, guess),
    'signed with nothing': forge(header, claims, { secret: '' }),
    'signed with its own header': forge(header, claims, { secret: head }),
    'alg none': unsigned('none'),
    'alg None': unsigned('None'),
    'alg NONE with the old signature': unsigned('NONE') + signature,
    'no signature': `${head}.${payload}.`,
    'two parts': `${head}.${payload}`,
    'four parts': `${token}.AAAA`,
    'signature of zeros': `${head}.${payload}.${'A'.repeat(43)}`,
    'signature cut': token.slice(0, -1),
    'signature padded': `${token}=`,
    'signature doubled': `${token}${signature}`,
    'kid of the guess': forge(
      { ...header, kid: createHash('sha256').update('secret').digest('hex').slice(0, 8) },
      claims,
      guess,
    ),
    'kid a file': forge({ ...header, kid: '/dev/null' }, claims, { secret: '' }),
    'kid a query': forge({ ...header, kid: "' UNION SELECT 'secret" }, claims, guess),
    'jku elsewhere': forge({ ...header, jku: 'http://127.0.0.1:1/keys' }, claims, guess),
    'jwk inside': forge({ ...header, jwk: { kty: 'oct', k: encoded('secret') } }, claims, guess),
    'another payload, old signature': `${head}.${encoded({ ...claims, sub: 'admin' })}.${signature}`,
    'another header, old signature': `${encoded({ ...header, alg: 'HS512' })}.${payload}.${signature}`,
    'JSON serialisation': JSON.stringify({ protected: head, payload, signature }),
    'a scheme before it': `Bearer ${token}`,
    'sent twice': `${token}, ${token}`,
    'spaces inside': token.replace('.', ' .'),
    'not a token': 'undefined',
    'a very long one': `${head}.${'A'.repeat(8_000)}.${signature}`,
  };
}

/** Tokens that are signed with the secret, but must be refused for their content. */
function withTheSecret({ header, claims, secret }: Parts): Record<string, string> {
  const now = Number(claims.iat);
  const withClaims = (change: Record<string, unknown>) => forge(header, { ...claims, ...change }, { secret });
  return {
    'alg HS512': forge({ ...header, alg: 'HS512' }, claims, { secret, digest: 'sha512' }),
    'alg HS384': forge({ ...header, alg: 'HS384' }, claims, { secret, digest: 'sha384' }),
    'typ JWT': forge({ ...header, typ: 'JWT' }, claims, { secret }),
    'no typ': forge({ alg: header.alg, kid: header.kid }, claims, { secret }),
    'no kid': forge({ alg: header.alg, typ: header.typ }, claims, { secret }),
    'crit unknown': forge({ ...header, crit: ['x'], x: 1 }, claims, { secret }),
    'an extra header': forge({ ...header, role: 'admin' }, claims, { secret }),
    'another issuer': withClaims({ iss: 'complaints:other' }),
    'another audience': withClaims({ aud: 'other' }),
    'a list of audiences': withClaims({ aud: ['other', claims.aud] }),
    'no subject': withClaims({ sub: undefined }),
    'a subject that is a path': withClaims({ sub: '../state/admins' }),
    'a subject that nobody has': withClaims({ sub: 'nobody0000000000000' }),
    'no name of its own': withClaims({ jti: undefined }),
    'another epoch': withClaims({ ep: 'somethingelse1234567' }),
    'no epoch': withClaims({ ep: undefined }),
    'an empty epoch': withClaims({ ep: '' }),
    expired: withClaims({ iat: now - 50_000, exp: now - 6 }),
    'no end': withClaims({ exp: undefined }),
    'an infinite end': forge(header, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999'), { secret }),
    'from the future': withClaims({ iat: now + 600 }),
    'older than a lifetime': withClaims({ iat: now - 43_206 }),
    'not before tomorrow': withClaims({ nbf: now + 86_400 }),
    'a role of its own': withClaims({ role: 'admin' }),
    'a list of claims': forge(header, [claims], { secret }),
  };
}

/** Tokens that must be refused, by their fault. */
export function forgeries(token: string, secret: string): Record<string, string> {
  const [head, payload] = token.split('.');
  const parts = { header: decoded(head), claims: decoded(payload), secret };
  return { ...withoutTheSecret(token, parts), ...withTheSecret(parts) };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** `count` tokens that differ from a good one in one character: at each place in turn, nearest characters first. */
export function mutations(token: string, count: number): string[] {
  const mutants = Array.from({ length: count }, (_, index) => {
    const at = index % token.length;
    const place = ALPHABET.indexOf(token[at] ?? '');
    const other = ALPHABET[Math.max(place, 0) ^ (1 + (Math.floor(index / token.length) % 63))] ?? 'A';
    return token.slice(0, at) + other + token.slice(at + 1);
  });
  return mutants.filter((mutant) => mutant !== token);
}
