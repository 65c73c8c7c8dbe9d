import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { weaknessOf } from '#shared/security/tokens.ts';

const SHORT = /shorter than 32 bytes/;
const REPEATS = /repeats itself/;
const SEQUENCE = /sequence/;
const FEW = /too few/;
const WORDS = /words/;

describe('a secret that can be guessed is named', () => {
  it.each([
    ['', SHORT],
    ['secret', SHORT],
    ['x7Kq!9', SHORT],
    ['kP9v3Qm1xT7wLz5RnB8cYd2FhJ6sGa4', SHORT],
    ['a'.repeat(32), REPEATS],
    ['\0'.repeat(64), REPEATS],
    ['ab'.repeat(16), REPEATS],
    ['password123password123password12', REPEATS],
    ['aB3$'.repeat(8), REPEATS],
    ['12345678901234567890123456789012', REPEATS],
    [`${'kP9v3Qm1xT7wLz5R'.repeat(2)}`, REPEATS],
    [`${'a'.repeat(40)}b`, SEQUENCE],
    ['abcdefghijklmnopqrstuvwxyz0123456789', SEQUENCE],
    ['zyxwvutsrqponmlkjihgfedcba9876543210', SEQUENCE],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', SEQUENCE],
    ['qwertyuiopasdfghjklzxcvbnm1234567890', SEQUENCE],
    ['11112222333344445555666677778888', SEQUENCE],
    ['0f0f0f0f1e1e1e1e2d2d2d2d3c3c3c3c', FEW],
    ['2024-01-01-2025-02-02-2026-03-03-04', FEW],
    ['kk9k99k9kkk9k999kk9k9k99k9kk99k9k9k9k999kkk', FEW],
    ['correct-horse-battery-staple-and-more', WORDS],
    ['this is a very secret secret for tokens', WORDS],
    ['MySuperSecretJwtKeyForComplaints2024!', WORDS],
    ['Sup3rS3cr3tK3yF0rTh3C0mpl41ntS3rv1c3!', WORDS],
    ['SUPERSECRETKEYFORPRODUCTIONSYSTEMS', WORDS],
    ['your-256-bit-secret-goes-right-here!', WORDS],
    ['your_jwt_secret_key_change_in_production', WORDS],
    ['change-me-change-me-change-me-please', WORDS],
    ['appwrite_complaints_token_secret_2026', WORDS],
    ['ünïcödé-wörds-äre-nöt-rändöm-at-all', WORDS],
  ])('%j', (secret, weakness) => {
    expect(weaknessOf(secret)).toMatch(weakness);
    expect(weaknessOf(secret)).not.toContain(secret || 'undefined');
  });
});

it('what the usual commands draw at random is accepted', () => {
  const commands = [
    () => randomBytes(32).toString('base64'),
    () => randomBytes(48).toString('base64url'),
    () => randomBytes(32).toString('hex'),
    () => randomUUID() + randomUUID(),
  ];
  const refused = commands.map((draw) => Array.from({ length: 500 }, () => weaknessOf(draw())).filter(Boolean).length);
  expect(Math.max(...refused)).toBeLessThanOrEqual(2);
});
