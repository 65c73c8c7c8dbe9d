import { filesByIds, removeFile } from '#shared/appwrite/media.ts';
import { listQuarantined, type QuarantineKind, release, removeUnseen } from '#shared/appwrite/quarantine.ts';
import { existingComplaints, ownedFiles } from '#shared/appwrite/reconciliation.ts';
import { QUARANTINE_KINDS } from '#shared/appwrite/rows.ts';
import type { StorageDeps } from '#shared/compose.ts';
import { DAY } from '#shared/domain/clock.ts';
import { ownerOfFile } from '#shared/domain/ids.ts';
import { beginErasure } from '../accounts/finish-erasures.ts';
import { purgeRows } from '../complaints/purge-deleted.ts';
import { detachLostPictures } from './lost-pictures.ts';
import { isDue, type PassRun, type Stopped } from './pass.ts';
import { sideBySide } from './side-by-side.ts';

/** A pass removes up to this many of a kind, whatever their share. */
const ALWAYS_REMOVED = 20;
const MAX_SHARE = 0.05;
/** A step has 30 calls, and a lost account or picture takes up to six. */
const BATCH: Record<QuarantineKind, number> = { account: 4, file: 20, picture: 4, timeline: 20, words: 5 };
const FORGOTTEN_AT_ONCE = 1_000;

/** The step of the pass that looks for leftovers of a kind. */
const FOUND_BY: Record<QuarantineKind, string> = {
  account: 'accounts',
  file: 'files',
  picture: 'complaints',
  timeline: 'timelines',
  words: 'words',
};

/** The limit on removals. A restored older database, or a list that is wrongly empty, must not delete every picture. */
function stopOf({ pass, overLimit }: PassRun, kind: QuarantineKind): Stopped | undefined {
  const found = pass.due[kind];
  const { accounts, files, pictured, timelines, worded } = pass.counts;
  const of = { account: accounts, file: files, picture: pictured, timeline: timelines, words: worded }[kind];
  const isTooMuch = found > ALWAYS_REMOVED && found > of * MAX_SHARE;
  return isTooMuch && !overLimit ? { kind, found, of } : undefined;
}

const NAMES: Record<QuarantineKind, string> = {
  account: 'accounts that are gone',
  file: 'files without a complaint',
  picture: 'complaints whose pictures are gone',
  timeline: 'timelines without a complaint',
  words: 'complaints that are gone and left words',
};

/** The sentence for the log and the doctor. */
export function describeStop({ kind, found, of }: Stopped): string {
  return (
    `${found} ${NAMES[kind]} of ${of} looked at wait to be put right: too many to be removed without being asked. ` +
    'Was an older database restored? If it is right so, run: npm run media -- sweep --over-limit.'
  );
}

/** The files that are still leftovers. One with a foreign name is a leftover only while its upload is unfinished. */
async function leftoverFiles({ gateway, store }: StorageDeps, ids: readonly string[]): Promise<string[]> {
  const foreign = ids.filter((id) => ownerOfFile(id) === undefined);
  const whole = new Set((await filesByIds(gateway, foreign)).filter((file) => file.complete).map((file) => file.id));
  const owned = await ownedFiles(gateway, store, ids);
  return ids.filter((id) => !whole.has(id) && !owned.has(id));
}

/** Removes what is still a leftover; returns the failures. */
async function removeLeftovers(deps: StorageDeps, kind: QuarantineKind, subjects: readonly string[]) {
  switch (kind) {
    case 'account':
      return sideBySide(subjects, (id) => beginErasure(deps, id));
    case 'picture':
      return sideBySide(subjects, (id) => detachLostPictures(deps, id));
    case 'file':
      return sideBySide(await leftoverFiles(deps, subjects), (id) => removeFile(deps.gateway, id));
    case 'words':
    case 'timeline': {
      const living = await existingComplaints(deps.gateway, subjects);
      const gone = subjects.filter((id) => !living.has(id));
      return sideBySide(gone, (id) => purgeRows(deps, id));
    }
  }
}

/** Removes the next batch of due leftovers of a kind. Returns whether there may be more. */
async function removeBatch({ deps, pass, failures }: PassRun, kind: QuarantineKind): Promise<boolean> {
  const limit = BATCH[kind];
  const until = new Date(deps.clock.now().getTime() - DAY);
  const known = await listQuarantined(deps.store, kind, { until, limit });
  const due = known.filter((row) => isDue(row.firstSeenAt, new Date(row.seenAt)));
  const failed = await removeLeftovers(
    deps,
    kind,
    due.map((row) => row.subject),
  );
  failures.push(...failed.values());
  const done = due.filter((row) => !failed.has(row.subject));
  await release(deps.store, done);
  pass.counts.removed += done.length;
  return done.length > 0 && known.length === limit;
}

/**
 * Removes the leftovers that this pass has found again a day or more after the first time. `after` is the kind to
 * continue with. Also removes records of leftovers that this pass has not found again.
 */
export async function removeDue(run: PassRun, after: string): Promise<string> {
  const { deps, pass, budget } = run;
  const at = Math.max(0, QUARANTINE_KINDS.indexOf(after as QuarantineKind));
  const kind = QUARANTINE_KINDS[at] ?? 'account';
  const next = QUARANTINE_KINDS[at + 1] ?? '';
  if (pass.incomplete.includes(FOUND_BY[kind])) return next;
  if ((await removeUnseen(deps.store, kind, { before: new Date(pass.startedAt), limit: FORGOTTEN_AT_ONCE })) > 0) {
    return kind;
  }
  const stopped = stopOf(run, kind);
  if (stopped) {
    pass.stopped.push(stopped);
    return next;
  }
  while (await removeBatch(run, kind)) if (budget.isSpent()) return kind;
  return next;
}
