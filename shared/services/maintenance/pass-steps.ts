import { staffAmong } from '#shared/appwrite/accounts.ts';
import { listFiles, type StoredFile } from '#shared/appwrite/media.ts';
import { writeOutbox } from '#shared/appwrite/outbox.ts';
import {
  type CheckedComplaint,
  completeFiles,
  existingComplaints,
  listComplaints,
  listTimelineOwners,
  ownedFiles,
} from '#shared/appwrite/reconciliation.ts';
import { addTask } from '#shared/appwrite/tasks.ts';
import { recountTotal, sharedTotals, totalsOfLargeAccounts } from '#shared/appwrite/total-repair.ts';
import { listWordOwners } from '#shared/appwrite/words.ts';
import { COMPLAINT_ID_PATTERN, ownerOfFile } from '#shared/domain/ids.ts';
import { shownMonths } from '#shared/domain/monthly-figures.ts';
import { ENDED } from '#shared/domain/status.ts';
import { checkAccounts, renewNameWords } from '../accounts/finish-erasures.ts';
import { checkComplaint } from './complaint-check.ts';
import { computeAllMonths, computeMonth } from './monthly-figures.ts';
import { isSettled, noteLeftovers, type PassRun } from './pass.ts';
import { removeDue } from './remove-leftovers.ts';

/** Checks one page after `after` and returns the start of the next one; '' starts and ends the step. */
export type Step = { name: string; changesOnly?: true; run(run: PassRun, after: string): Promise<string> };

const FILES = 300;
const COMPLAINTS = 150;
const ENTRIES = 1_000;
/** The words of about 250 complaints, which are looked up in one call. */
const WORDS = 5_000;
/** The most calls for counting a total of a million complaints. Due work leaves a run more than this. */
const CALLS_PER_TOTAL = 60;
/** The most demoted people per page. The next pass finds the others. */
const DEMOTED_AT_ONCE = 5;

/** Finds accounts that were deleted and whose event was lost, and updates those that were renamed in the console. */
const accounts: Step = {
  name: 'accounts',
  async run(run, after) {
    const { looked, lost, renamed, next } = await checkAccounts(run.deps, after);
    for (const account of run.dry ? [] : renamed) {
      // The next run reads this page again and skips what is already done.
      if (run.budget.isSpent()) return after;
      const isRenewed = await renewNameWords(run.deps, account).catch((error: unknown) => {
        run.failures.push(error);
        return false;
      });
      run.pass.counts.renamed += Number(isRenewed);
    }
    run.pass.counts.accounts += looked;
    run.pass.counts.lostAccounts += lost.length;
    await noteLeftovers(run, 'account', lost);
    return next;
  },
};

/**
 * Asks `notifications` to review the addresses that Messaging keeps. Only that function has the scopes for Messaging.
 */
const addresses: Step = {
  name: 'addresses',
  changesOnly: true,
  async run({ deps, pass }) {
    const at = new Date(pass.startedAt);
    await writeOutbox(deps.store, { kind: 'addresses.review', at, version: pass.startedAt });
    return '';
  },
};

function sizeOf(files: readonly StoredFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

/** The files of a page without a complaint. Of files with foreign names only unfinished uploads are included. */
async function ownerless({ deps, pass }: PassRun, files: readonly StoredFile[]): Promise<StoredFile[]> {
  const ids = files.map((file) => file.id);
  const owned = await ownedFiles(deps.gateway, deps.store, ids);
  return files.filter((file) => {
    if (ownerOfFile(file.id) !== undefined) return !owned.has(file.id);
    pass.counts.strangers += Number(file.complete);
    return !file.complete;
  });
}

const files: Step = {
  name: 'files',
  async run(run, after) {
    const { counts } = run.pass;
    const page = await listFiles(run.deps.gateway, after, FILES);
    const found = await ownerless(run, page);
    const orphans = found.filter((file) => isSettled(run, file.createdAt));
    counts.files += page.length;
    counts.fileBytes += sizeOf(page);
    counts.waiting += found.length - orphans.length;
    counts.orphans += orphans.length;
    counts.orphanBytes += sizeOf(orphans);
    counts.unfinished += orphans.filter((file) => !file.complete).length;
    const ids = orphans.map((file) => file.id);
    await noteLeftovers(run, 'file', ids);
    return page.length < FILES ? '' : (page.at(-1)?.id ?? '');
  },
};

function imagesOf(complaints: readonly CheckedComplaint[]): string[] {
  return complaints.flatMap((complaint) => complaint.images.map((image) => image.id));
}

/** Records complaints whose pictures are missing, for example after a deletion in the console. */
async function lookForLostPictures(run: PassRun, complaints: readonly CheckedComplaint[]): Promise<void> {
  const pictured = complaints.filter(
    (complaint) => complaint.images.length > 0 && isSettled(run, new Date(complaint.$createdAt)),
  );
  const present = await completeFiles(run.deps.gateway, imagesOf(pictured));
  const damaged = pictured.filter((complaint) => complaint.images.some((image) => !present.has(image.id)));
  run.pass.counts.pictured += pictured.length;
  run.pass.counts.dangling += damaged.length;
  await noteLeftovers(
    run,
    'picture',
    damaged.map((complaint) => complaint.$id),
  );
}

/** Adds tasks for open complaints whose assignee was demoted in the console. */
async function lookForDemoted({ deps, dry }: PassRun, complaints: readonly CheckedComplaint[]): Promise<void> {
  if (dry) return;
  const open = complaints.filter((complaint) => !ENDED.includes(complaint.status));
  const assignees = [...new Set(open.map((complaint) => complaint.assignedTo).filter((name) => name !== null))];
  if (assignees.length === 0) return;
  const staff = await staffAmong(deps.store, assignees);
  const demoted = assignees.filter((name) => !staff.has(name));
  for (const subject of demoted.slice(0, DEMOTED_AT_ONCE)) {
    await addTask(deps.store, { kind: 'unassign', subject, dueAt: deps.clock.now() });
  }
}

const complaints: Step = {
  name: 'complaints',
  async run(run, after) {
    const { deps, completeEdit, pass, dry } = run;
    const page = await listComplaints(deps.store, after, COMPLAINTS);
    // Corrections may take many calls. If the budget runs out, the next run starts after the last complaint done.
    let seen = page;
    if (!dry) {
      for (const [at, complaint] of page.entries()) {
        if (at > 0 && run.budget.isSpent()) {
          seen = page.slice(0, at);
          break;
        }
        const checking = checkComplaint(deps, complaint, { thorough: false, completeEdit });
        const checked = await checking.catch((error: unknown) => void run.failures.push(error));
        pass.counts.recounted += Number(checked?.recounted ?? false);
      }
    }
    await lookForLostPictures(run, seen);
    await lookForDemoted(run, seen);
    if (seen.length < page.length) return seen.at(-1)?.$id ?? after;
    return page.length < COMPLAINTS ? '' : (page.at(-1)?.$id ?? '');
  },
};

/** Records timelines without a complaint. */
const timelines: Step = {
  name: 'timelines',
  async run(run, after) {
    const entries = await listTimelineOwners(run.deps.gateway, after, ENTRIES);
    const settled = entries.filter((entry) => isSettled(run, new Date(entry.$createdAt)));
    const owners = [...new Set(settled.map((entry) => entry.complaintId))];
    const living = await existingComplaints(run.deps.gateway, owners);
    const gone = owners.filter((id) => !living.has(id));
    run.pass.counts.timelines += owners.length;
    run.pass.counts.orphanTimelines += gone.length;
    await noteLeftovers(run, 'timeline', gone);
    return entries.length < ENTRIES ? '' : (entries.at(-1)?.complaintId ?? '');
  },
};

/** Records words of deleted complaints, which only cost searches useless reads. */
const words: Step = {
  name: 'words',
  async run(run, after) {
    const { owners, next } = await listWordOwners(run.deps.store, after, WORDS);
    const settled = [...owners].flatMap(([id, createdAt]) => (isSettled(run, new Date(createdAt)) ? id : []));
    const living = await existingComplaints(run.deps.gateway, settled);
    const gone = settled.filter((id) => !living.has(id) && COMPLAINT_ID_PATTERN.test(id));
    run.pass.counts.worded += settled.length;
    run.pass.counts.orphanWords += gone.length;
    await noteLeftovers(run, 'words', gone);
    return next;
  },
};

/** Recounts every total. `after` is the number of totals done. */
const totals: Step = {
  name: 'totals',
  changesOnly: true,
  async run({ deps, pass, budget }, after) {
    const { store } = deps;
    const all = (await Promise.all([sharedTotals(store), totalsOfLargeAccounts(store)])).flat();
    for (const [done, total] of all.entries()) {
      if (done < Number(after)) continue;
      // A started count is finished. Otherwise runs with little time left would start the same one again and again.
      if (budget.callsLeft < CALLS_PER_TOTAL) {
        budget.end();
        return String(done);
      }
      const recount = await recountTotal(store, total, () => false);
      pass.counts.recounted += Number(recount === 'repaired');
    }
    return '';
  },
};

const BEHIND_ALL_MONTHS = '9999-99';

/** Computes the figures of the months that the API shows. `after` is the last month done. */
const figures: Step = {
  name: 'figures',
  changesOnly: true,
  async run({ deps, budget }, after) {
    const months = shownMonths(deps.clock.now());
    const done = after === '' ? BEHIND_ALL_MONTHS : after;
    const next = months.find((month) => month < done);
    if (next === undefined) {
      await computeAllMonths(deps);
      return '';
    }
    return (await computeMonth(deps, next, () => budget.isSpent())) ? next : done;
  },
};

/** The steps of a pass, in this order. */
export const STEPS: readonly Step[] = [
  accounts,
  addresses,
  files,
  complaints,
  timelines,
  words,
  totals,
  figures,
  { name: 'removal', changesOnly: true, run: removeDue },
];
