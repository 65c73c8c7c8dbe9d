import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMON_PASSWORDS } from '#shared/security/common-passwords.ts';
import { checkPassword, isCommonPassword } from '#shared/security/password-policy.ts';
import { createPasswordHasher } from '#shared/security/passwords.ts';
import { countingPool } from './counting-pool.ts';

const HERE = { network: '192.0.2.1', known: false };
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

describe('the password policy', () => {
  it.each([
    ['correct horse', undefined],
    ['seven77', 'password_too_short'],
    ['😀😀😀😀😀😀😀', 'password_too_short'],
    ['😀😀😀😀😀😀😀😀', undefined],
    ['e\u0301'.repeat(7), 'password_too_short'],
    ['x'.repeat(72), undefined],
    ['x'.repeat(73), 'password_too_long'],
    ['é'.repeat(36), undefined],
    [`${'é'.repeat(36)}x`, 'password_too_long'],
    ['e\u0301'.repeat(36), undefined],
    ['\u1100\u1161\u11a8'.repeat(24), undefined],
    ['x'.repeat(10_000_000), 'password_too_long'],
    ['with a \0 in it', 'password_has_nul'],
    ['\0\0\0\0\0\0\0\0', 'password_has_nul'],
    ['lone \ud800 surrogate', 'password_ill_formed'],
    ['\udc00\ud800 swapped', 'password_ill_formed'],
    ['password', 'password_common'],
    ['PassWord1', 'password_common'],
    ['1234567890', 'password_common'],
    ['24121987', 'password_common'],
    ['19871224', 'password_common'],
    ['Jo.Example-1', 'password_is_username'],
  ] as const)('%j -> %s', (password, fault) => {
    expect(checkPassword(password, 'jo.example-1')).toBe(fault);
  });

  it('accepts at most 72 bytes, counted in the normalised form that is hashed', () => {
    const unit = fc.constantFrom('a', 'Z', ' ', 'é', 'e\u0301', 'ß', '漢', '가', '\u1100\u1161', '😀');
    const around = fc.array(unit, { minLength: 14, maxLength: 76 }).map((units) => units.join(''));
    fc.assert(
      fc.property(around, (password) => {
        const bytes = Buffer.byteLength(password.normalize('NFC'));
        expect(checkPassword(password, 'jo') === 'password_too_long').toBe(bytes > 72);
      }),
      { numRuns, examples: [70, 71, 72, 73, 74, 75, 76].map((length) => ['x'.repeat(length)]) },
    );
  });

  it('treats composed and decomposed spellings alike, and refuses a NUL or half a surrogate anywhere', () => {
    const text = fc.string({ unit: 'grapheme-composite', minLength: 0, maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(), fc.constantFrom('\0', '\ud800', '\udfff'), (password, place, bad) => {
        const verdict = checkPassword(password.normalize('NFC'), 'jo');
        expect(checkPassword(password.normalize('NFD'), 'jo')).toBe(verdict);
        const at = place % (password.length + 1);
        const spoilt = password.slice(0, at) + bad + password.slice(at);
        if (bad === '\0' && spoilt.isWellFormed()) expect(checkPassword(spoilt, 'jo')).toBe('password_has_nul');
        if (!spoilt.isWellFormed()) expect(checkPassword(spoilt, 'jo')).toBe('password_ill_formed');
      }),
      { numRuns },
    );
  });

  it('hashes both spellings alike, and refuses at login what could not have been chosen', async () => {
    const text = fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (password) => {
        const { jobs, open } = countingPool();
        const hasher = createPasswordHasher({ cost: 10, openPool: open });
        await hasher.verify(password.normalize('NFD'), undefined, HERE);
        const refused = ['password_too_long', 'password_has_nul', 'password_ill_formed'];
        if (refused.includes(String(checkPassword(password, 'jo')))) return;
        await hasher.hash(password.normalize('NFC'), HERE);
        await hasher.hash(password.normalize('NFD'), HERE);
        expect(jobs[1]).toEqual(jobs[2]);
      }),
      { numRuns },
    );
  });
});

it('the list of common passwords contains only ones that the policy would otherwise accept', () => {
  for (const password of [
    'password',
    'qwertyuiop',
    'iloveyou',
    'sunshine',
    'trustno1',
    'zaq12wsx',
    'liverpool',
    '0.0.0.000',
  ]) {
    expect(isCommonPassword(password)).toBe(true);
  }
  for (const password of ['', '\n', 'correct horse', '99999999x', '24131987x', 'passwor', 'passwordp', 'iloveyo']) {
    expect(isCommonPassword(password)).toBe(false);
  }
});

it('the list of common passwords is sorted, in lower case, without duplicates, and all have at least 8 characters', () => {
  const list = COMMON_PASSWORDS.trim().split('\n');
  expect(list).toEqual([...new Set(list)].sort());
  expect(list.filter((password) => password.length < 8 || password !== password.toLowerCase())).toEqual([]);
  expect(list).toHaveLength(2_000);
});
