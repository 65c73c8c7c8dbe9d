import { availableParallelism } from 'node:os';
import type { HashJob } from './bcrypt-worker.ts';
import type { HashPool } from './hash-pool.ts';
import { normalise, whyNotHashable } from './password-text.ts';

/** As many passwords as may wait to be hashed do so already; the caller answers 503 at once instead of late. */
export class HashQueueFull extends Error {
  override readonly name = 'HashQueueFull';

  constructor() {
    super('Too many passwords wait to be hashed');
  }
}

export interface PasswordHasherOptions {
  cost?: number;
  workers?: number;
  /** How many may wait while all workers are busy. */
  queueLimit?: number;
  openPool?: (workers: number) => Promise<Pick<HashPool, 'run' | 'close'>>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** One comparison whatever is asked: for nobody (undefined), a broken hash and an impossible password as well. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  needsRehash(hash: string): boolean;
  /** Whether whoever comes now is refused with `HashQueueFull`. */
  isFull(): boolean;
  close(): Promise<void>;
}

const LOWEST_COST = 10;
const HIGHEST_COST = 15;
const HASH = /^\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/;

/** Hashes and compares passwords off the event loop; throws `HashQueueFull` when too many wait. */
export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const {
    cost = 12,
    workers = Math.min(2, availableParallelism()),
    queueLimit = 16,
    openPool = openHashPool,
  } = options;
  if (!Number.isInteger(cost) || cost < LOWEST_COST || cost > HIGHEST_COST) {
    throw new RangeError(`The cost of password hashes must be between ${LOWEST_COST} and ${HIGHEST_COST}`);
  }
  let unfinished = 0;
  let opened: ReturnType<typeof openPool> | undefined;
  const isFull = () => unfinished >= workers + queueLimit;
  async function run(job: HashJob): Promise<unknown> {
    if (isFull()) throw new HashQueueFull();
    unfinished += 1;
    try {
      opened ??= openPool(workers);
      return await (await opened).run(job);
    } finally {
      unfinished -= 1;
    }
  }
  const nobodysHash = `$2b$${cost}$${'nobody'.padEnd(21, '.')}O${'.'.repeat(31)}`;

  return {
    async hash(password) {
      const fault = whyNotHashable(password);
      if (fault) throw new RangeError(`Not to be hashed: ${fault}`);
      return String(await run({ password: normalise(password), cost }));
    },

    async verify(password, hash) {
      const possible = whyNotHashable(password) === undefined && hash !== undefined && HASH.test(hash);
      const job = possible ? { password: normalise(password), hash } : { password: '', hash: nobodysHash };
      const matches = await run(job);
      return possible && matches === true;
    },

    isFull,
    needsRehash: (hash) => Number(HASH.exec(hash)?.[1] ?? 0) < cost,
    close: async () => (await opened)?.close(),
  };
}

/** The pool with the worker's code in it is of no use to most requests, so its module is first run here. */
async function openHashPool(workers: number): Promise<HashPool> {
  const { HashPool } = await import('./hash-pool.ts');
  return new HashPool(workers);
}
