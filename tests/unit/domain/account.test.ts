import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountChange, Registration } from '#shared/contract/account-requests.ts';
import { canonicalUsername, isReservedUsername, USERNAME_PATTERN } from '#shared/domain/account.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { fuzzRuns } from '../../support/seeded-random.ts';

const numRuns = fuzzRuns(1_000);

/** Names that look like an ASCII name, or fold to one, but are different. */
const CONFUSABLE = [
  'аlice', // Cyrillic a
  'аdmin',
  'alіce',
  'alicе',
  'ａlice',
  'ａｌｉｃｅ',
  'ALİCE',
  'alıce',
  'straße',
  'ſtaff1',
  'kelvin\u212a',
  '\u212aelvin',
  '\u212bngstrom',
  'ali\u200bce',
  'ali\u200dce',
  'ali\u200cce',
  'alice\ufeff',
  '\ufeffalice',
  'ali\u00adce',
  'alice\u202e',
  '\u202ealice',
  '\u2066alice\u2069',
  'alice\u00a0',
  'al\u00a0ice',
  'alice ',
  ' alice',
  'al ice',
  'alice\t',
  'alice\n',
  'alice\r\n',
  'alice\0',
  'al\0ice',
  'alice\u0000',
  'älice',
  'a\u0308lice',
  'alice\u0301',
  'élise',
  'Ålice',
  'αlice',
  'ali¢e',
  'ﬁona',
  'ﬂora',
  'ǆordje',
  'alice①',
  'alice²',
  'alice٣',
  'alice３',
  'аβγ',
  'ali‐ce',
  'ali–ce',
  'ali＿ce',
  'ali．ce',
  'ali。ce',
  '@lice',
  'al/ice',
  'al\\ice',
  '../alice',
  'al%69ce',
  'al,ice',
  '1alice',
  '.alice',
  '-alice',
  '_alice',
  'al',
  '',
  `a${'b'.repeat(32)}`,
  '😀lice',
  'alice\ud800',
];

describe('a username', () => {
  it.each(CONFUSABLE)('is refused as %j', (name) => {
    expect(canonicalUsername(name)).toBeUndefined();
    expect(Registration.safeParse({ username: name, password: 'correct horse', name: 'A' }).success).toBe(false);
  });

  it('has one canonical spelling for any case, which is ASCII', () => {
    const unit = fc.oneof(fc.constantFrom(...'abzABZ019_.-'), fc.string({ unit: anyCharacter, maxLength: 1 }));
    const names = fc.array(unit, { minLength: 1, maxLength: 36 }).map((units) => units.join(''));
    fc.assert(
      fc.property(names, (name) => {
        const canonical = canonicalUsername(name);
        if (canonical === undefined) return;
        expect(canonical).toMatch(USERNAME_PATTERN);
        expect(canonicalUsername(canonical)).toBe(canonical);
        expect(canonicalUsername(name.toUpperCase())).toBe(canonical);
      }),
      { numRuns },
    );
  });

  it('is accepted by the contract exactly when the domain accepts it', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 40 }), (username) => {
        const parsed = Registration.safeParse({ username, password: 'correct horse', name: 'A' });
        expect(parsed.data?.username).toBe(canonicalUsername(username));
      }),
      { numRuns, examples: [['Alice'], ['a.b-c_9'], ['al'], ['Abc']] },
    );
  });

  it('may resemble a reserved one', () => {
    expect(['admin', 'root', 'me', 'staff', 'null'].map(isReservedUsername)).toEqual([true, true, true, true, true]);
    expect(['admin1', 'mel', 'staffan', 'rooty'].map(isReservedUsername)).toEqual([false, false, false, false]);
  });
});

describe('a body with an extra field', () => {
  const stranger = fc
    .oneof(
      fc.constantFrom('role', 'epoch', 'passwordHash', '$id', '$permissions', '$updatedAt', '__proto__', 'constructor'),
      fc.string({ unit: anyCharacter, minLength: 1, maxLength: 20 }),
    )
    .filter((key) => !['username', 'password', 'name', 'phone', 'currentPassword'].includes(key));

  it('is refused, whatever the field and its value', () => {
    fc.assert(
      fc.property(stranger, fc.jsonValue(), (key, value) => {
        const body = JSON.parse(
          `{"username":"alice","password":"correct horse","name":"A",${JSON.stringify(key)}:${JSON.stringify(value)}}`,
        );
        expect(Registration.safeParse(body).success).toBe(false);
        expect(AccountChange.safeParse(body).success).toBe(false);
      }),
      { numRuns },
    );
  });
});
