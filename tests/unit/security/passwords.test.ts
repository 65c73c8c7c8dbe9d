import { hashSync } from 'bcryptjs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createPasswordHasher, HashQueueFull } from '#shared/security/passwords.ts';
import { stopwatch } from '../../support/stopwatch.ts';
import { countingPool } from './counting-pool.ts';

const COST = 10;
const RIGHT = 'correct horse';
const VALID = hashSync(RIGHT, COST);
const REST = VALID.slice(7);

/** A1 and A18: what a stored hash may look like after an accident or an attack on the database. */
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

const IMPOSSIBLE = ['x'.repeat(73), 'x'.repeat(1_000_000), `${RIGHT}\0`, `${RIGHT}\0${RIGHT}`, '\ud800', '\0'];

const real = createPasswordHasher({ cost: COST, workers: 2, queueLimit: 64 });
afterAll(() => real.close());

describe('a comparison', () => {
  it.each(CORRUPT)(
    'with the broken hash %j is one with a sound hash of the configured cost, and false',
    async (hash) => {
      const { jobs, open } = countingPool({ real: true });
      const hasher = createPasswordHasher({ cost: COST, openPool: open });
      expect(await hasher.verify(RIGHT, hash)).toBe(false);
      expect(jobs).toEqual([{ password: '', hash: expect.stringMatching(/^\$2b\$10\$[./A-Za-z0-9]{53}$/) }]);
    },
  );

  it('is exactly one for nobody, the wrong password and an impossible one, at any cost', async () => {
    for (const cost of [10, 12, 15]) {
      for (const [password, hash] of [
        [RIGHT, undefined],
        ['wrong', `$2b$${cost}$${REST}`],
        ...IMPOSSIBLE.map((password) => [password, `$2b$${cost}$${REST}`] as const),
      ] as const) {
        const { jobs, open } = countingPool();
        const hasher = createPasswordHasher({ cost, openPool: open });
        expect(await hasher.verify(password, hash)).toBe(false);
        expect(jobs.map((job) => 'hash' in job && job.hash.slice(0, 7))).toEqual([`$2b$${cost}$`]);
      }
    }
  });

  it('that could not be true is false whatever comes back', async () => {
    const openPool = async () => ({ run: async () => true, close: async () => undefined });
    const hasher = createPasswordHasher({ cost: COST, openPool });
    expect(await hasher.verify(RIGHT, undefined)).toBe(false);
    expect(await hasher.verify(RIGHT, VALID.slice(1))).toBe(false);
    expect(await hasher.verify(`${RIGHT}\0`, VALID)).toBe(false);
    expect(await hasher.verify(RIGHT, VALID)).toBe(true);
  });

  it('with the hash of nobody takes as long as any other', async () => {
    const { jobs, open } = countingPool();
    await createPasswordHasher({ cost: COST, openPool: open }).verify(RIGHT, undefined);
    const [job] = jobs;
    const dummy = job && 'hash' in job ? job.hash : '';
    const time = async (hash: string) => {
      const before = performance.now();
      await real.verify('wrong', hash);
      return performance.now() - before;
    };
    const [a, b] = [[], []] as [number[], number[]];
    for (let round = 0; round < 3; round += 1) {
      a.push(await time(dummy));
      b.push(await time(VALID));
    }
    expect(Math.min(...a)).toBeGreaterThan(Math.min(...b) / 3);
    expect(Math.min(...a)).toBeLessThan(Math.min(...b) * 3);
  });

  it('accepts the password and no other that bcrypt alone would take for it', async () => {
    expect(await real.verify(RIGHT, VALID)).toBe(true);
    expect(await real.verify(`${RIGHT}\0${RIGHT}`, VALID)).toBe(false);
    const composed = await real.hash('Zoë Müller');
    expect(await real.verify('Zoe\u0308 Mu\u0308ller', composed)).toBe(true);
    const longest = await real.hash('x'.repeat(72));
    expect(await real.verify('x'.repeat(72), longest)).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 5 }), async (more) => {
        expect(await real.verify('x'.repeat(72) + more, longest)).toBe(false);
      }),
      { numRuns: 3 },
    );
  });
});

describe('a hash', () => {
  it('is of the configured cost, and is renewed when it is of a lower one or none at all', async () => {
    expect(await real.hash(RIGHT)).toMatch(/^\$2b\$10\$/);
    const hasher = createPasswordHasher({ cost: 12 });
    expect([VALID, `$2b$12$${REST}`, `$2a$13$${REST}`, 'rubbish'].map(hasher.needsRehash)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it.each(IMPOSSIBLE)('is never made of a password that bcrypt would not see whole (%#)', async (password) => {
    const { jobs, open } = countingPool();
    await expect(createPasswordHasher({ openPool: open }).hash(password)).rejects.toThrow(RangeError);
    expect(jobs).toEqual([]);
  });

  it.each([0, 4, 9, 9.5, 16, 31, Number.NaN, -12])('is not made at cost %d', (cost) => {
    expect(() => createPasswordHasher({ cost })).toThrow(RangeError);
  });

  it('defaults to cost 12', async () => {
    const { jobs, open } = countingPool();
    await createPasswordHasher({ openPool: open }).hash(RIGHT);
    expect(jobs).toEqual([{ password: RIGHT, cost: 12 }]);
  });
});

describe('load', () => {
  it('of ten hashes at once leaves the event loop free', async () => {
    await real.hash(RIGHT);
    const taken = stopwatch();
    await Promise.all(Array.from({ length: 10 }, () => real.verify(RIGHT, VALID)));
    expect(taken()).toBeLessThan(100);
  });

  it('beyond the queue is refused at once, and room comes back', async () => {
    const finish: (() => void)[] = [];
    const run = () => new Promise((resolve) => finish.push(() => resolve(false)));
    const openPool = async () => ({ run, close: async () => undefined });
    const hasher = createPasswordHasher({ workers: 2, queueLimit: 3, openPool });
    const accepted = Array.from({ length: 5 }, () => hasher.verify('wrong', VALID));
    expect(hasher.isFull()).toBe(true);
    await expect(hasher.verify('wrong', VALID)).rejects.toThrow(HashQueueFull);
    await expect(hasher.hash(RIGHT)).rejects.toThrow(HashQueueFull);
    expect(finish.length).toBe(5);
    for (const one of finish) one();
    expect(await Promise.all(accepted)).toEqual([false, false, false, false, false]);
    expect(hasher.isFull()).toBe(false);
    const late = hasher.verify('wrong', VALID);
    await new Promise((resolve) => setImmediate(resolve));
    finish.at(-1)?.();
    expect(await late).toBe(false);
  });
});
