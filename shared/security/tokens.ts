import { jwtVerify } from 'jose/jwt/verify';
import * as z from 'zod/mini';

export interface TokenSecrets {
  current: string;
  /** The secret before the last rotation: still accepted, no longer used for signing. */
  previous?: string | undefined;
}

export interface TokenOptions {
  secrets: TokenSecrets;
  issuer: string;
  audience: string;
  lifetimeSeconds?: number;
  now: () => Date;
}

/** What a token says: the account (`sub`), the account's `epoch` when it was issued, and its id (`jti`). */
export interface Claims {
  sub: string;
  epoch: string;
  jti: string;
  issuedAt: Date;
  expiresAt: Date;
}

/** The parameters of a new token; see issueToken. */
export interface Signing extends Required<Omit<TokenOptions, 'secrets'>> {
  signer: Signer;
}

export interface Tokens {
  signing(): Promise<Signing>;
  /** The claims of a token that this service signed and that is valid now; undefined for everything else. */
  verify(token: string): Promise<Claims | undefined>;
}

type SigningKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

interface Signer {
  kid: string;
  header: string;
  key: SigningKey;
}

export const ALGORITHM = 'HS256';
export const TYPE = 'at+jwt';
const MIN_SECRET_BYTES = 32;
const TWELVE_HOURS = 12 * 60 * 60;
const CLOCK_SKEW_SECONDS = 5;

/** The last base64url character of a 32-byte signature has two unused bits. jose ignores them; here they must be 0. */
const SHAPE = /^([\w-]{20,120})\.[\w-]{20,1000}\.[\w-]{42}[AEIMQUYcgkosw048]$/;

const Payload = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string().check(z.regex(/^[a-z0-9]{1,36}$/)),
  ep: z.string().check(z.minLength(1), z.maxLength(64)),
  jti: z.string().check(z.regex(/^[\w-]{22}$/)),
  iat: z.int(),
  exp: z.int(),
});

/**
 * Why a secret is too weak to sign with, as the rest of a sentence after its name; undefined when it is strong enough.
 * Deploy generates 48 random bytes.
 */
export function weaknessOf(secret: string): string | undefined {
  return Buffer.byteLength(secret) < MIN_SECRET_BYTES ? `is shorter than ${MIN_SECRET_BYTES} bytes` : undefined;
}

/** Verifies tokens and provides what signs them. Callers must still compare `epoch` and `jti` with the account. */
export function createTokens(options: TokenOptions): Tokens {
  const { issuer, audience, now, lifetimeSeconds = TWELVE_HOURS } = options;
  const { current, previous } = options.secrets;
  let signers: Promise<Signer[]> | undefined;
  const knownSigners = () => {
    signers ??= Promise.all([current, previous].filter((secret) => secret !== undefined).map(signerFor));
    return signers;
  };

  return {
    async signing() {
      const [signer] = await knownSigners();
      if (signer === undefined) throw new Error('No secret to sign with');
      return { signer, issuer, audience, lifetimeSeconds, now };
    },

    async verify(token) {
      const header = SHAPE.exec(token)?.[1];
      const signer = (await knownSigners()).find((known) => known.header === header);
      if (signer === undefined) return undefined;
      const check = { issuer, audience, currentDate: now(), maxTokenAge: lifetimeSeconds };
      const payload = await verifiedPayload(token, signer.key, check);
      return payload && claimsOf(payload);
    },
  };
}

async function verifiedPayload(token: string, key: SigningKey, check: Parameters<typeof jwtVerify>[2]) {
  try {
    const { payload } = await jwtVerify(token, key, {
      ...check,
      algorithms: [ALGORITHM],
      typ: TYPE,
      clockTolerance: CLOCK_SKEW_SECONDS,
    });
    return payload;
  } catch (error) {
    // A bad token is a jose error with a code; anything else is a bug.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_J')) return undefined;
    throw error;
  }
}

function claimsOf(payload: unknown): Claims | undefined {
  const parsed = Payload.safeParse(payload);
  if (!parsed.success) return undefined;
  const { sub, ep, jti, iat, exp } = parsed.data;
  return { sub, epoch: ep, jti, issuedAt: new Date(iat * 1000), expiresAt: new Date(exp * 1000) };
}

/**
 * The signing key of a secret. `header` is the only accepted spelling of a token's header, compared before anything is
 * parsed.
 */
async function signerFor(secret: string): Promise<Signer> {
  const bytes = new TextEncoder().encode(secret);
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes));
  const kid = digest.toString('hex', 0, 4);
  const header = Buffer.from(JSON.stringify({ alg: ALGORITHM, typ: TYPE, kid })).toString('base64url');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
  return { kid, header, key };
}
