import { availableParallelism } from 'node:os';
import type { HashJob } from './bcrypt-worker.ts';
import type { HashPool } from './hash-pool.ts';
import { normalise, whyNotHashable } from './password-text.ts';

/** Too many passwords wait, in all or from one network, or this one has waited too long: a 503 for the client. */
export class HashQueueFull extends Error {
  override readonly name = 'HashQueueFull';

  constructor() {
    super('Too many passwords wait to be hashed');
  }
}

/**
 * Whose password is hashed. Shares of the queue are counted per `network`. `known`: the account was used from there
 * before; its job goes before the network's other waiting jobs and may use a larger share.
 */
export type Requester = { network: string; known: boolean };

export interface PasswordHasherOptions {
  cost?: number;
  workers?: number;
  /** How many jobs may wait while all workers are busy. */
  queueLimit?: number;
  /**
   * How many running and waiting jobs a network may have before it is refused: for accounts that it used before, and
   * for others.
   */
  share?: { known: number; unknown: number };
  openPool?: (workers: number) => Promise<Pick<HashPool, 'run' | 'close'>>;
}

export interface PasswordHasher {
  hash(password: string, requester: Requester): Promise<string>;
  /** Takes the same time without an account (undefined), for a broken or older hash, and for an impossible password. */
  verify(password: string, hash: string | undefined, requester: Requester): Promise<boolean>;
  needsRehash(hash: string): boolean;
  /** Whether every request of this network would be refused with `HashQueueFull` now. */
  isFull(network: string): boolean;
  close(): Promise<void>;
}

const LOWEST_COST = 10;
const HIGHEST_COST = 15;
const HASH = /^\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/;

export function isBcryptHash(text: string): boolean {
  return HASH.test(text);
}

/** A valid hash of this cost that no known password matches. */
function dummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'dummy'.padEnd(21, '.')}O${'.'.repeat(31)}`;
}

/**
 * The hash to compare with, and dummies that pad the comparison to the current cost: bcrypt of cost n takes 2^n steps,
 * and 2^n + 2^n + 2^(n+1) + ... + 2^(cost-1) = 2^cost. So hashes of a lower cost take as long as names that do not
 * exist. (After the cost was lowered, hashes of the higher cost take longer until the next login renews them.)
 */
function padded(hash: string, cost: number): string[] {
  const own = Number(HASH.exec(hash)?.[1]);
  return [hash, ...Array.from({ length: Math.max(0, cost - own) }, (_, index) => dummyHash(own + index))];
}

/** Counts running and waiting jobs, in all and per network. */
function shares({ total, share }: { total: number; share: { known: number; unknown: number } }) {
  const unfinished = new Map<string, number>();
  let all = 0;
  const of = (network: string) => unfinished.get(network) ?? 0;
  return {
    isFull: ({ network, known }: Requester) => all >= total || of(network) >= (known ? share.known : share.unknown),
    enter(network: string) {
      all += 1;
      unfinished.set(network, of(network) + 1);
    },
    leave(network: string) {
      all -= 1;
      if (of(network) > 1) unfinished.set(network, of(network) - 1);
      else unfinished.delete(network);
    },
  };
}

/** Hashes and compares passwords off the event loop; throws `HashQueueFull` when too many wait. */
export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const {
    cost = 12,
    workers = Math.min(2, availableParallelism()),
    queueLimit = 32,
    share = { known: 12, unknown: 8 },
    openPool = openHashPool,
  } = options;
  if (!Number.isInteger(cost) || cost < LOWEST_COST || cost > HIGHEST_COST) {
    throw new RangeError(`The cost of password hashes must be between ${LOWEST_COST} and ${HIGHEST_COST}`);
  }
  const queue = shares({ total: workers + queueLimit, share });
  let opened: ReturnType<typeof openPool> | undefined;
  async function run(job: HashJob, requester: Requester): Promise<unknown> {
    if (queue.isFull(requester)) throw new HashQueueFull();
    queue.enter(requester.network);
    try {
      opened ??= openPool(workers);
      const answer = await (await opened).run(job, { owner: requester.network, first: requester.known });
      if (answer === undefined) throw new HashQueueFull();
      return answer;
    } finally {
      queue.leave(requester.network);
    }
  }

  return {
    async hash(password, requester) {
      const fault = whyNotHashable(password);
      if (fault) throw new RangeError(`Not to be hashed: ${fault}`);
      return String(await run({ password: normalise(password), cost }, requester));
    },

    async verify(password, hash, requester) {
      const possible = whyNotHashable(password) === undefined && hash !== undefined && isBcryptHash(hash);
      const job = possible
        ? { password: normalise(password), hashes: padded(hash, cost) }
        : { password: '', hashes: [dummyHash(cost)] };
      const matches = await run(job, requester);
      return possible && matches === true;
    },

    isFull: (network) => queue.isFull({ network, known: true }),
    needsRehash: (hash) => Number(HASH.exec(hash)?.[1]) !== cost,
    close: async () => (await opened)?.close(),
  };
}

/** Loads the pool's module, which contains the worker's code, on first use: most requests hash nothing. */
async function openHashPool(workers: number): Promise<HashPool> {
  const { HashPool } = await import('./hash-pool.ts');
  return new HashPool(workers);
}
