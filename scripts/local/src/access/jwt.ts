import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Fields, isFields } from '../http/call.ts';

/** Signs with HS256, as Appwrite does for execution keys and file tokens. */
export function signJwt(payload: Fields, secret: string): string {
  const head = encode({ typ: 'JWT', alg: 'HS256' });
  const body = encode(payload);
  return `${head}.${body}.${signature(`${head}.${body}`, secret)}`;
}

/** The payload; undefined if the signature is wrong. */
export function verifyJwt(token: string, secret: string): Fields | undefined {
  const [head, body, signed] = token.split('.');
  if (!head || !body || !signed) return undefined;
  const expected = Buffer.from(signature(`${head}.${body}`, secret));
  const actual = Buffer.from(signed);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  const payload: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  return isFields(payload) ? payload : undefined;
}

function encode(value: Fields): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}
