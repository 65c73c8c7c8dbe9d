import type { Deps } from '#shared/compose.ts';
import { HOUR } from '#shared/domain/clock.ts';

/** What the sweep works with; a tool has no more than this. */
export type Keeper = Pick<Deps, 'gateway' | 'store' | 'clock'>;

/** Far longer than a create may last: what is this old and without a complaint will never get one. */
export const GRACE_MS = HOUR;

const NOTHING = {
  files: 0,
  fileBytes: 0,
  orphans: 0,
  orphanBytes: 0,
  /** Uploads in parts that were never finished. */
  unfinished: 0,
  /** Files whose names are not of this product; they are left alone. */
  strangers: 0,
  /** Without a complaint, and too young to be judged. */
  waiting: 0,
  /** References to pictures that are gone. */
  dangling: 0,
  /** Timelines whose complaint is gone. */
  timelines: 0,
  erasures: 0,
};
export type Counts = typeof NOTHING;

/** One run: everything is looked at in the same way when nothing shall be changed. */
export class Job {
  readonly keeper: Keeper;
  readonly dry: boolean;
  readonly counts: Counts = { ...NOTHING };
  readonly failures: unknown[] = [];

  constructor(keeper: Keeper, dry: boolean) {
    this.keeper = keeper;
    this.dry = dry;
  }

  /** Whether something made at this time is old enough to be judged; a time that cannot be read is not. */
  isSettled(time: Date): boolean {
    return time.getTime() < this.keeper.clock.now().getTime() - GRACE_MS;
  }

  /** Changes something for each item, a few at a time, unless this is a dry run. One failure stops none of the others. */
  async change<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
    if (this.dry) return;
    const waiting = items.values();
    const worker = async () => {
      for (const item of waiting) await work(item).catch((error: unknown) => this.failures.push(error));
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }
}

/** A part of the sweep. Looks at one page after a place and tells the next place; an empty one begins and ends. */
export type Pass = { name: string; step(job: Job, after: string): Promise<string> };
