import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Refusal } from '#shared/domain/problems.ts';
import { openCursor, sealCursor } from '#shared/services/complaints/cursor.ts';

const secrets = { tokenSecret: 'a secret of this service', previousTokenSecret: undefined };

it('returns its content for its own list only, and hides it', async () => {
  await fc.assert(
    fc.property(fc.json(), (json) => {
      const value: unknown = JSON.parse(json);
      const cursor = sealCursor(secrets, 'near', value);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(openCursor(secrets, 'near', cursor)).toEqual(value);
      expect(() => openCursor(secrets, '-createdAt', cursor)).toThrow(Refusal);
    }),
    { numRuns: 200 },
  );
  const id = '0m1abcdefghijklmnopq';
  expect(Buffer.from(sealCursor(secrets, '-createdAt', id), 'base64url').toString('latin1')).not.toContain('abcdef');
});

it('opens cursors of the previous secret as long as that is configured', () => {
  const cursor = sealCursor(secrets, 'near', 1);
  expect(openCursor({ tokenSecret: 'new', previousTokenSecret: secrets.tokenSecret }, 'near', cursor)).toBe(1);
  expect(() => openCursor({ tokenSecret: 'new', previousTokenSecret: undefined }, 'near', cursor)).toThrow(Refusal);
});

it('refuses any other text as a bad value', async () => {
  const cursor = sealCursor(secrets, '-createdAt', '0m1abcdefghijklmnopq');
  const bytes = Buffer.from(cursor, 'base64url');
  const changed = fc.nat(bytes.length - 1).map((at) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy.toString('base64url');
  });
  const texts = fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
    fc.nat(cursor.length - 1).map((length) => cursor.slice(0, length)),
    fc.constantFrom(`${cursor}=`, ` ${cursor}`, `${cursor}A`),
    changed,
  );
  await fc.assert(
    fc.property(texts, (text) => {
      expect(() => openCursor(secrets, '-createdAt', text)).toThrow(Refusal);
    }),
    { numRuns: 1_000 },
  );
});
