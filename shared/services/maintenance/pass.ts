import * as z from 'zod/mini';
import { type QuarantineKind, recordFound } from '#shared/appwrite/quarantine.ts';
import { QUARANTINE_KINDS } from '#shared/appwrite/rows.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { DAY, HOUR } from '#shared/domain/clock.ts';
import type { Budget } from './budget.ts';
import type { Mend } from './complaint-check.ts';

/** Far longer than filing lasts: a file this old without a complaint is a leftover. */
const SETTLED_MS = HOUR;
/** How long a leftover has to be known before it is removed. */
const QUARANTINE_MS = DAY;

const Counts = z.object({
  /** Accounts that have a name, and those of them that are gone. */
  accounts: z.number(),
  lostAccounts: z.number(),
  /** Accounts that were renamed in the console and are found by their new names now. */
  renamed: z.number(),
  files: z.number(),
  fileBytes: z.number(),
  /** Files without a complaint. */
  orphans: z.number(),
  orphanBytes: z.number(),
  /** Of them: uploads in parts that were never finished. */
  unfinished: z.number(),
  /** Files whose names are not of this product; they are left alone. */
  strangers: z.number(),
  /** Files without a complaint that are too young to be judged. */
  waiting: z.number(),
  /** Complaints with pictures that were looked at, and those of them that show pictures which are gone. */
  pictured: z.number(),
  dangling: z.number(),
  /** Complaints with a timeline that were looked at, and timelines without a complaint. */
  timelines: z.number(),
  orphanTimelines: z.number(),
  /** Complaints with words that were looked at, and those of them that are gone. */
  worded: z.number(),
  orphanWords: z.number(),
  recounted: z.number(),
  removed: z.number(),
});
export type Counts = z.infer<typeof Counts>;

const Stopped = z.object({ kind: z.enum(QUARANTINE_KINDS), found: z.number(), of: z.number() });
/** A kind of which more is due for removal than a pass removes without confirmation. */
export type Stopped = z.infer<typeof Stopped>;

/** The saved state of a pass through everything that is stored. */
export const Pass = z.object({
  startedAt: z.string(),
  /** null while it is under way. */
  finishedAt: z.nullable(z.string()),
  step: z.number(),
  /** The position of the step, in its own format. */
  after: z.string(),
  /** How often the step has failed in a row. */
  failed: z.number(),
  /** Names of steps that were given up. */
  incomplete: z.array(z.string()),
  counts: Counts,
  /** How many of each kind have been known long enough to be removed. */
  due: z.record(z.enum(QUARANTINE_KINDS), z.number()),
  stopped: z.array(Stopped),
});
export type Pass = z.infer<typeof Pass>;

const NOTHING: Counts = {
  accounts: 0,
  lostAccounts: 0,
  renamed: 0,
  files: 0,
  fileBytes: 0,
  orphans: 0,
  orphanBytes: 0,
  unfinished: 0,
  strangers: 0,
  waiting: 0,
  pictured: 0,
  dangling: 0,
  timelines: 0,
  orphanTimelines: 0,
  worded: 0,
  orphanWords: 0,
  recounted: 0,
  removed: 0,
};

export function beginPass(now: Date): Pass {
  return {
    startedAt: now.toISOString(),
    finishedAt: null,
    step: 0,
    after: '',
    failed: 0,
    incomplete: [],
    counts: { ...NOTHING },
    due: { account: 0, file: 0, picture: 0, timeline: 0, words: 0 },
    stopped: [],
  };
}

/** What the steps of a pass work with. */
export type PassRun = {
  deps: StorageDeps;
  mend: Mend;
  pass: Pass;
  budget: Budget;
  /** Dry run: counts only. */
  dry: boolean;
  /** Confirmed: removes without the limit. */
  overLimit: boolean;
  failures: unknown[];
};

/** Whether something made at this time is old enough to be judged; a time that cannot be read is not. */
export function isSettled({ deps }: PassRun, time: Date): boolean {
  return time.getTime() < deps.clock.now().getTime() - SETTLED_MS;
}

/** Whether a leftover that was seen now has been known for a day. */
export function isDue(firstSeenAt: string, seenAt: Date): boolean {
  return seenAt.getTime() - Date.parse(firstSeenAt) >= QUARANTINE_MS;
}

/** Records leftovers. A pass that finds them again at least a day later removes them at its end. */
export async function noteLeftovers(
  { deps, pass, dry }: PassRun,
  kind: QuarantineKind,
  subjects: readonly string[],
): Promise<void> {
  if (dry || subjects.length === 0) return;
  const now = deps.clock.now();
  const known = await recordFound(deps.store, kind, { subjects, now });
  pass.due[kind] += known.filter((row) => isDue(row.firstSeenAt, now)).length;
}
