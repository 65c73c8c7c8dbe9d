import { hashSync } from 'bcryptjs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createPasswordHasher, HashQueueFull } from '#shared/security/passwords.ts';
import { countingPool } from './counting-pool.ts';

const COST = 10;
const RIGHT = 'correct horse';
const VALID = hashSync(RIGHT, COST);
const REST = VALID.slice(7);

/** A1 and A18: what may be stored as a hash after an accident or an attack on the database. */
const CORRUPT = [
  '',
  ' ',
  'null',
  'undefined',
  '$2b$',
  '$2b$10$',
  VALID.slice(0, -1),
  `${VALID}x`,
  ` ${VALID}`,
  `${VALID}\n`,
  `$2x$10$${REST}`,
  `$2$10$${REST}`,
  `$1b$10$${REST}`,
  `$2b$03$${REST}`,
  `$2b$16$${REST}`,
  `$2b$31$${REST}`,
  `$2b$99$${REST}`,
  `$2b$1x$${REST}`,
  `$2b$-1$${REST}`,
  `$2b$10_${REST}`,
  'x'.repeat(60),
  '\0'.repeat(60),
  '$'.repeat(60),
  `$2b$10$${'!'.repeat(53)}`,
  `$2b$10$${REST.slice(0, 52)}\0`,
  `$2b$10$${REST.slice(0, 52)}é`,
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aaaaaaaaaaaaaaaaaaaa',
  VALID.repeat(1000),
];

const HERE = { network: '192.0.2.1', known: false };
const IMPOSSIBLE = ['x'.repeat(73), 'x'.repeat(1_000_000), `${RIGHT}\0`, `${RIGHT}\0${RIGHT}`, '\ud800', '\0'];

const ANY_SHARE = { known: 100, unknown: 100 };
const real = createPasswordHasher({ cost: COST, workers: 2, queueLimit: 64, share: ANY_SHARE });
afterAll(() => real.close());

describe('a comparison', () => {
  it.each(CORRUPT)(
    'with the broken hash %j costs one with a valid hash of the configured cost, and is false',
    async (hash) => {
      const { jobs, open } = countingPool({ real: true });
      const hasher = createPasswordHasher({ cost: COST, openPool: open });
      expect(await hasher.verify(RIGHT, hash, HERE)).toBe(false);
      expect(jobs).toEqual([{ password: '', hashes: [expect.stringMatching(/^\$2b\$10\$[./A-Za-z0-9]{53}$/)] }]);
    },
  );

  it('happens exactly once for no account, a wrong password and an impossible one, at any cost', async () => {
    for (const cost of [10, 12, 15]) {
      for (const [password, hash] of [
        [RIGHT, undefined],
        ['wrong', `$2b$${cost}$${REST}`],
        ...IMPOSSIBLE.map((password) => [password, `$2b$${cost}$${REST}`] as const),
      ] as const) {
        const { jobs, open } = countingPool();
        const hasher = createPasswordHasher({ cost, openPool: open });
        expect(await hasher.verify(password, hash, HERE)).toBe(false);
        expect(jobs.map((job) => 'hashes' in job && job.hashes.map((hash) => hash.slice(0, 7)))).toEqual([
          [`$2b$${cost}$`],
        ]);
      }
    }
  });

  it('that cannot be true is false whatever the worker answers', async () => {
    const openPool = async () => ({ run: async () => true, close: async () => undefined });
    const hasher = createPasswordHasher({ cost: COST, openPool });
    expect(await hasher.verify(RIGHT, undefined, HERE)).toBe(false);
    expect(await hasher.verify(RIGHT, VALID.slice(1), HERE)).toBe(false);
    expect(await hasher.verify(`${RIGHT}\0`, VALID, HERE)).toBe(false);
    expect(await hasher.verify(RIGHT, VALID, HERE)).toBe(true);
  });

  it.each([10, 11, 12, 13])(
    'with a hash of an older cost does the work of one of cost %d, as for no account',
    async (cost) => {
      const steps = async (hash: string | undefined) => {
        const { jobs, open } = countingPool();
        await createPasswordHasher({ cost, openPool: open }).verify(RIGHT, hash, HERE);
        const costs = jobs.flatMap((job) => ('hashes' in job ? job.hashes.map((one) => Number(one.slice(4, 6))) : []));
        return costs.reduce((sum, one) => sum + 2 ** one, 0);
      };
      const older = Array.from({ length: cost - 3 }, (_, index) => String(4 + index).padStart(2, '0'));
      for (const old of older) expect([old, await steps(`$2b$${old}$${REST}`)]).toEqual([old, 2 ** cost]);
      expect(await steps(undefined)).toBe(2 ** cost);
    },
  );

  it('with added work still depends on the stored hash only', async () => {
    const hasher = createPasswordHasher({ cost: 11 });
    expect(await hasher.verify(RIGHT, VALID, HERE)).toBe(true);
    expect(await hasher.verify('wrong', VALID, HERE)).toBe(false);
    await hasher.close();
  });

  it('accepts the password, and none that bcrypt alone would treat as equal', async () => {
    expect(await real.verify(RIGHT, VALID, HERE)).toBe(true);
    expect(await real.verify(`${RIGHT}\0${RIGHT}`, VALID, HERE)).toBe(false);
    const composed = await real.hash('Zoë Müller', HERE);
    expect(await real.verify('Zoe\u0308 Mu\u0308ller', composed, HERE)).toBe(true);
    const longest = await real.hash('x'.repeat(72), HERE);
    expect(await real.verify('x'.repeat(72), longest, HERE)).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 5 }), async (more) => {
        expect(await real.verify('x'.repeat(72) + more, longest, HERE)).toBe(false);
      }),
      { numRuns: 3 },
    );
  });
});

describe('a hash', () => {
  it('has the configured cost, and is renewed when its cost is another or it is invalid', async () => {
    expect(await real.hash(RIGHT, HERE)).toMatch(/^\$2b\$10\$/);
    const hasher = createPasswordHasher({ cost: 12 });
    expect([VALID, `$2b$12$${REST}`, `$2a$13$${REST}`, 'rubbish'].map(hasher.needsRehash)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it.each(IMPOSSIBLE)('is never made of a password that bcrypt would cut (%#)', async (password) => {
    const { jobs, open } = countingPool();
    await expect(createPasswordHasher({ openPool: open }).hash(password, HERE)).rejects.toThrow(RangeError);
    expect(jobs).toEqual([]);
  });

  it.each([0, 4, 9, 9.5, 16, 31, Number.NaN, -12])('cannot be made at cost %d', (cost) => {
    expect(() => createPasswordHasher({ cost })).toThrow(RangeError);
  });

  it('defaults to cost 12', async () => {
    const { jobs, open } = countingPool();
    await createPasswordHasher({ openPool: open }).hash(RIGHT, HERE);
    expect(jobs).toEqual([{ password: RIGHT, cost: 12 }]);
  });
});

describe('load', () => {
  it('beyond the queue is refused at once, and accepted again later', async () => {
    const finish: (() => void)[] = [];
    const run = () => new Promise((resolve) => finish.push(() => resolve(false)));
    const openPool = async () => ({ run, close: async () => undefined });
    const hasher = createPasswordHasher({ workers: 2, queueLimit: 3, share: ANY_SHARE, openPool });
    const accepted = Array.from({ length: 5 }, () => hasher.verify('wrong', VALID, HERE));
    expect(hasher.isFull(HERE.network)).toBe(true);
    await expect(hasher.verify('wrong', VALID, HERE)).rejects.toThrow(HashQueueFull);
    await expect(hasher.hash(RIGHT, HERE)).rejects.toThrow(HashQueueFull);
    expect(finish.length).toBe(5);
    for (const one of finish) one();
    expect(await Promise.all(accepted)).toEqual([false, false, false, false, false]);
    expect(hasher.isFull(HERE.network)).toBe(false);
    const late = hasher.verify('wrong', VALID, HERE);
    await new Promise((resolve) => setImmediate(resolve));
    finish.at(-1)?.();
    expect(await late).toBe(false);
  });

  it('of one network leaves room in the queue for others, and for people who are known from it', async () => {
    const finish: (() => void)[] = [];
    const run = () => new Promise((resolve) => finish.push(() => resolve(false)));
    const openPool = async () => ({ run, close: async () => undefined });
    const hasher = createPasswordHasher({ share: { known: 3, unknown: 2 }, openPool });
    const accepted = [1, 2].map(() => hasher.verify('wrong', VALID, HERE));
    await expect(hasher.verify('wrong', VALID, HERE)).rejects.toThrow(HashQueueFull);
    expect(hasher.isFull(HERE.network)).toBe(false);
    accepted.push(hasher.verify('wrong', VALID, { ...HERE, known: true }));
    expect(hasher.isFull(HERE.network)).toBe(true);
    await expect(hasher.verify('wrong', VALID, { ...HERE, known: true })).rejects.toThrow(HashQueueFull);
    accepted.push(hasher.verify('wrong', VALID, { network: '192.0.2.2', known: false }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(finish.length).toBe(4);
    for (const one of finish) one();
    expect(await Promise.all(accepted)).toEqual([false, false, false, false]);
    expect(hasher.isFull(HERE.network)).toBe(false);
  });
});
