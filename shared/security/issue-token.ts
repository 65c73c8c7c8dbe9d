import { SignJWT } from 'jose/jwt/sign';
import { ALGORITHM, type Claims, type Tokens, TYPE } from './tokens.ts';

export interface IssuedToken {
  token: string;
  expiresAt: Date;
  jti: string;
}

/** Issues a token with a new id (`jti`). A separate module, since few functions issue tokens. */
export async function issueToken(tokens: Tokens, { sub, epoch }: Pick<Claims, 'sub' | 'epoch'>): Promise<IssuedToken> {
  const { signer, issuer, audience, lifetimeSeconds, now } = await tokens.signing();
  const issuedAt = Math.floor(now().getTime() / 1000);
  const jti = randomName();
  const token = await new SignJWT({ ep: epoch })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: signer.kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(sub)
    .setJti(jti)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(signer.key);
  return { token, jti, expiresAt: new Date((issuedAt + lifetimeSeconds) * 1000) };
}

function randomName(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}
