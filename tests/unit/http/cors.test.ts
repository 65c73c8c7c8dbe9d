import { describe, expect, it } from 'vitest';
import { corsOf, preflightHeaders } from '#shared/http/cors.ts';

const DOCS = 'https://docs.example.com';
const APP = 'http://localhost:5173';
const ALLOWED = [DOCS, APP];

const FOREIGN = [
  'null',
  'NULL',
  '*',
  'https://evil.example',
  'http://docs.example.com',
  'https://docs.example.com/',
  'https://docs.example.com/path',
  'https://docs.example.com:443',
  'https://docs.example.com:8443',
  'https://docs.example.com.evil.example',
  'https://docs.example.com@evil.example',
  'https://docs.example.comevil.example',
  'https://evil-docs.example.com',
  'https://evildocs.example.com',
  'https://x.docs.example.com',
  'https://example.com',
  'https://DOCS.example.com',
  'HTTPS://docs.example.com',
  'https://docs.example.com.',
  'https://docs.example.com ',
  ' https://docs.example.com',
  'https://docs.example.com, https://evil.example',
  'https://docs.example.com https://evil.example',
  'https://docs.example.com\r\nx-injected: 1',
  'https://docs.example.com%00.evil.example',
  'https://docs.example.com%60.evil.example',
  'https://docs_example.com',
  'https://docs.example.co',
  'https://docs.example.comm',
  '//docs.example.com',
  'docs.example.com',
  'ws://docs.example.com',
  'file://',
  'chrome-extension://abcdefghijklmnop',
  'http://localhost',
  'http://localhost:5174',
  'http://127.0.0.1:5173',
  'http://[::1]:5173',
  'http://localhost:5173.evil.example',
  '',
];

describe('the check of origins', () => {
  it.each(FOREIGN)('does not allow %j', (origin) => {
    expect(corsOf(origin, ALLOWED)).toEqual({ headers: { vary: 'Origin' }, foreign: true });
  });

  it('is tested with forty of those', () => expect(new Set(FOREIGN).size).toBe(40));

  it.each(ALLOWED)('allows %s and exposes the headers that clients read', (origin) => {
    const { headers, foreign } = corsOf(origin, ALLOWED);
    expect(foreign).toBe(false);
    expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
    expect(headers['access-control-expose-headers']).toContain('ETag');
  });

  it('never allows null, even if it is configured', () => {
    expect(corsOf('null', ['null', DOCS])).toEqual({ headers: { vary: 'Origin' }, foreign: true });
  });

  it('varies by Origin for requests without one, so that no cache mixes the answers', () => {
    expect(corsOf(undefined, ALLOWED)).toEqual({ headers: { vary: 'Origin' }, foreign: false });
  });

  it('sends no header when no origin is configured', () => {
    expect(corsOf(undefined, [])).toEqual({ headers: {}, foreign: false });
    expect(corsOf(DOCS, [])).toEqual({ headers: {}, foreign: true });
  });

  it.each(['https://anywhere.example', 'null'])('allows %s where all are allowed, without repeating it', (origin) => {
    const { headers, foreign } = corsOf(origin, ['*']);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(foreign).toBe(false);
  });

  it('never allows credentials, since the token is a separate header', () => {
    const all = { ...corsOf(DOCS, ALLOWED).headers, ...corsOf(DOCS, ['*']).headers, ...preflightHeaders(['GET']) };
    expect(Object.keys(all)).not.toContain('access-control-allow-credentials');
  });
});

it('answers a preflight with the methods and with every header of the contract', () => {
  const headers = preflightHeaders(['GET', 'PUT']);
  expect(headers['access-control-allow-methods']).toBe('GET, PUT');
  const allowed = headers['access-control-allow-headers']?.split(', ');
  expect(allowed).toEqual(['Content-Type', 'TOKEN', 'USERNAME', 'Idempotency-Key', 'If-Match']);
});

describe('an origin with any port', () => {
  const local = ['http://localhost:*', 'http://[::1]:*'];

  it.each(['http://localhost', 'http://localhost:5173', 'http://[::1]:80'])('admits %s', (origin) => {
    expect(corsOf(origin, local).headers).toMatchObject({ 'access-control-allow-origin': origin });
  });

  it.each([
    'https://localhost:5173',
    'http://localhost.evil.example:80',
    'http://localhost:80.evil.example',
    'http://localhost:',
  ])('does not admit %s', (origin) => {
    expect(corsOf(origin, local)).toMatchObject({ foreign: true });
  });
});
