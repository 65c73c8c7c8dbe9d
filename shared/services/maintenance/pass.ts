import * as z from 'zod/mini';
import { type QuarantineKind, recordFound } from '#shared/appwrite/quarantine.ts';
import { QUARANTINE_KINDS } from '#shared/appwrite/rows.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { DAY, HOUR } from '#shared/domain/clock.ts';
import type { Budget } from './budget.ts';
import type { CompleteEdit } from './complaint-check.ts';

/** Far longer than a filing takes. A file of this age without a complaint is a leftover. */
const SETTLED_MS = HOUR;
/** A leftover is removed after it has been known for this long. */
const QUARANTINE_MS = DAY;

const Counts = z.object({
  /** Checked accounts, and those of them that are gone. */
  accounts: z.number(),
  lostAccounts: z.number(),
  /** Accounts renamed in the console whose search words were updated. */
  renamed: z.number(),
  files: z.number(),
  fileBytes: z.number(),
  /** Files without a complaint. */
  orphans: z.number(),
  orphanBytes: z.number(),
  /** Those of them that are unfinished multipart uploads. */
  unfinished: z.number(),
  /** Files with foreign names; they are kept. */
  strangers: z.number(),
  /** Files without a complaint that are too new to be judged. */
  waiting: z.number(),
  /** Checked complaints with pictures, and those of them with missing pictures. */
  pictured: z.number(),
  dangling: z.number(),
  /** Checked complaints with a timeline, and timelines without a complaint. */
  timelines: z.number(),
  orphanTimelines: z.number(),
  /** Checked complaints with words, and those of them that are gone. */
  worded: z.number(),
  orphanWords: z.number(),
  recounted: z.number(),
  removed: z.number(),
});
export type Counts = z.infer<typeof Counts>;

const Stopped = z.object({ kind: z.enum(QUARANTINE_KINDS), found: z.number(), of: z.number() });
/** A kind with more due removals than a pass makes without confirmation. */
export type Stopped = z.infer<typeof Stopped>;

/** The saved state of a pass. */
export const Pass = z.object({
  startedAt: z.string(),
  /** null while it is under way. */
  finishedAt: z.nullable(z.string()),
  step: z.number(),
  /** The position of the step, in its own format. */
  after: z.string(),
  /** The consecutive failures of the step. */
  failed: z.number(),
  /** The names of steps that were skipped after repeated failures. */
  incomplete: z.array(z.string()),
  counts: Counts,
  /** The number of leftovers of each kind that are due for removal. */
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

/** The context of the steps of a pass. */
export type PassRun = {
  deps: StorageDeps;
  completeEdit: CompleteEdit;
  pass: Pass;
  budget: Budget;
  /** Only counts and changes nothing. */
  dry: boolean;
  /** Removes more than the limit, as confirmed by an admin. */
  overLimit: boolean;
  failures: unknown[];
};

/** Whether something of this age can be judged; false for an invalid time. */
export function isSettled({ deps }: PassRun, time: Date): boolean {
  return time.getTime() < deps.clock.now().getTime() - SETTLED_MS;
}

/** Whether a leftover that was seen at `seenAt` has been known for a day. */
export function isDue(firstSeenAt: string, seenAt: Date): boolean {
  return seenAt.getTime() - Date.parse(firstSeenAt) >= QUARANTINE_MS;
}

/** Records leftovers. A pass that finds them again a day or more later removes them at its end. */
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
