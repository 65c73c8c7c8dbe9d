import { removeExpired } from '#shared/appwrite/limits.ts';
import { MINUTE, SECOND } from '#shared/domain/clock.ts';
import { finishErasures } from '../accounts/finish-erasures.ts';
import { keepUp } from '../complaints/upkeep.ts';
import { type Counts, Job, type Keeper, type Pass } from './job.ts';
import { lostPictures } from './lost-pictures.ts';
import { orphanFiles } from './orphan-files.ts';
import { orphanTimelines } from './orphan-timelines.ts';
import { type Place, readPlace, savePlace } from './sweep-place.ts';

const BUDGET_MS = MINUTE;
const EXPIRED_AT_ONCE = 1_000;
const SAVE_EVERY_MS = 10 * SECOND;

const erasures: Pass = {
  name: 'erasures',
  async step(job) {
    if (!job.dry) job.counts.erasures += await finishErasures(job.keeper);
    return '';
  },
};

const expired: Pass = {
  name: 'expired',
  async step({ dry, keeper }) {
    const more = !dry && (await removeExpired(keeper.store, keeper.clock.now(), EXPIRED_AT_ONCE));
    return more ? 'more' : '';
  },
};

/** What is reconciled, in this order; a run that has no time left goes on in the next one. */
const PASSES: readonly Pass[] = [erasures, expired, orphanFiles, lostPictures, orphanTimelines];

export type SweepReport = Counts & { complete: boolean };
export type SweepOptions = { dry?: boolean; budgetMs?: number };

/** From the pass that the last run had to stop in to the last one. */
function fromHere(place: Place): readonly Pass[] {
  return PASSES.slice(
    Math.max(
      0,
      PASSES.findIndex((pass) => pass.name === place.pass),
    ),
  );
}

/** Keeps the place in the table now and then, so that a run that dies loses little. */
class Bookmark {
  readonly #keeper: Keeper;
  #saved: string;
  #at = performance.now();

  constructor(keeper: Keeper, place: Place) {
    this.#keeper = keeper;
    this.#saved = JSON.stringify(place);
  }

  async keep(place: Place, now = performance.now() - this.#at > SAVE_EVERY_MS): Promise<void> {
    const text = JSON.stringify(place);
    if (!now || text === this.#saved) return;
    await savePlace(this.#keeper, place);
    this.#saved = text;
    this.#at = performance.now();
  }
}

type Run = { job: Job; place: Place; bookmark: Bookmark | undefined; isLate(): boolean };

type End = 'done' | 'failed' | 'late';

/** Works through a pass. A page that cannot be read ends it for now; the next run begins there. */
async function finish(pass: Pass, { job, place, bookmark, isLate }: Run): Promise<End> {
  place.pass = pass.name;
  try {
    while (!isLate()) {
      const next = await pass.step(job, place.after[pass.name] ?? '');
      if (next === '') delete place.after[pass.name];
      else place.after[pass.name] = next;
      if (next === '') return 'done';
      await bookmark?.keep(place);
    }
    return 'late';
  } catch (error) {
    job.failures.push(error);
    return 'failed';
  }
}

/** Whether everything was looked at, by this run and those before it. */
async function goOn(run: Run): Promise<boolean> {
  const ends: End[] = [];
  for (const pass of fromHere(run.place)) {
    const end = await finish(pass, run);
    if (end === 'late') return false;
    ends.push(end);
  }
  run.place.pass = '';
  return ends.every((end) => end === 'done');
}

/**
 * What events have missed: files without a complaint, complaints without their files, timelines of nobody, erasures
 * begun and not finished, limits that have run out. Bounded in time, resumed at the next run, harmless when repeated.
 */
export async function sweep(keeper: Keeper, options: SweepOptions = {}): Promise<SweepReport> {
  const { dry = false, budgetMs = BUDGET_MS } = options;
  const job = new Job(keeper, dry);
  const resumes = budgetMs !== Number.POSITIVE_INFINITY;
  const place = resumes ? await readPlace(keeper) : { pass: '', after: {} };
  const bookmark = resumes && !dry ? new Bookmark(keeper, place) : undefined;
  // Each time, however long the passes take: what is hidden must not stay readable, and figures must not age.
  if (!dry) await keepUp(keeper).catch((error: unknown) => job.failures.push(error));
  const stopAt = performance.now() + budgetMs;
  const complete = await goOn({ job, place, bookmark, isLate: () => performance.now() > stopAt });
  await bookmark?.keep(place, true);
  if (job.failures.length > 0) throw job.failures[0];
  return { ...job.counts, complete };
}
