import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { HashPool } from '#shared/security/hash-pool.ts';

/** A worker that answers after `cost` milliseconds, exits for the password "die" and throws for "throw". */
const STUB = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ password, cost }) => {
    if (password === 'die') process.exit(3);
    if (password === 'throw') throw new Error('worker threw');
    setTimeout(() => parentPort.postMessage(password), cost);
  });`;

let started = 0;
const pools: HashPool[] = [];
function openPool(limit: number): HashPool {
  started = 0;
  const pool = new HashPool(limit, () => {
    started += 1;
    return new Worker(STUB, { eval: true });
  });
  pools.push(pool);
  return pool;
}
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

describe('the pool of hash workers', () => {
  it('starts workers on demand up to its limit, and keeps them', async () => {
    const pool = openPool(2);
    expect(started).toBe(0);
    expect(await pool.run({ password: 'a', cost: 1 })).toBe('a');
    expect(started).toBe(1);
    const names = Array.from({ length: 12 }, (_, at) => `job ${at}`);
    expect(await Promise.all(names.map((password) => pool.run({ password, cost: 2 })))).toEqual(names);
    expect(started).toBe(2);
  });

  it.each([
    ['die', /ended/],
    ['throw', /worker threw/],
  ])('loses only the running job when a worker ends (%s), and replaces the worker', async (password, message) => {
    const pool = openPool(1);
    const before = pool.run({ password: 'before', cost: 1 });
    const fatal = pool.run({ password, cost: 1 });
    const after = [1, 2, 3].map((cost) => pool.run({ password: 'after', cost }));
    await expect(fatal).rejects.toThrow(message);
    expect(await before).toBe('before');
    expect(await Promise.all(after)).toEqual(['after', 'after', 'after']);
    expect(started).toBe(2);
  });

  it('rejects a job whose worker cannot be started, and tries again for the next job', async () => {
    let attempts = 0;
    const pool = new HashPool(1, () => {
      attempts += 1;
      if (attempts === 1) throw new Error('no threads left');
      return new Worker(STUB, { eval: true });
    });
    pools.push(pool);
    await expect(pool.run({ password: 'a', cost: 1 })).rejects.toThrow('no threads left');
    expect(await pool.run({ password: 'b', cost: 1 })).toBe('b');
  });

  it('rejects waiting, running and later jobs once it is closed', async () => {
    const pool = openPool(1);
    const jobs = [1, 2].map(() => pool.run({ password: 'a', cost: 60_000 }));
    const outcomes = Promise.allSettled(jobs);
    await pool.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(pool.run({ password: 'a', cost: 1 })).rejects.toThrow('closed');
  });

  it('alternates between owners, and runs jobs marked first before the others of their owner', async () => {
    const pool = openPool(1);
    const order: unknown[] = [];
    const run = (password: string, owner: string, first = false) =>
      pool.run({ password, cost: 1 }, { owner, first }).then((name) => order.push(name));
    await Promise.all([
      run('a1', 'a'),
      run('a2', 'a'),
      run('a3', 'a'),
      run('b1', 'b'),
      run('b2', 'b'),
      run('a urgent', 'a', true),
    ]);
    expect(order).toEqual(['a1', 'a urgent', 'b1', 'a2', 'b2', 'a3']);
  });

  it('does not start a job that has waited too long', async () => {
    const pool = new HashPool(1, () => new Worker(STUB, { eval: true }), 100);
    pools.push(pool);
    const long = pool.run({ password: 'long', cost: 300 });
    const late = pool.run({ password: 'late', cost: 1 });
    expect([await long, await late]).toEqual(['long', undefined]);
    expect(await pool.run({ password: 'next', cost: 1 })).toBe('next');
  });

  it('keeps the process alive only while it hashes', async () => {
    const program = `
      import { createPasswordHasher } from './shared/security/passwords.ts';
      const hasher = createPasswordHasher({ cost: 10 });
      const here = { network: '192.0.2.1', known: false };
      console.log(await hasher.verify('correct horse', await hasher.hash('correct horse', here), here));`;
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd });
    expect(stdout.trim()).toBe('true');
  });
});
