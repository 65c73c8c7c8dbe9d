import { describeReport } from 'local-appwrite/crash-enumerator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addingStories } from '../../support/crash/adding.ts';
import { tryEvents } from '../../support/crash/events.ts';
import { filingStories } from '../../support/crash/filing.ts';
import { linkStories } from '../../support/crash/links.ts';
import { maintainingStories } from '../../support/crash/maintaining.ts';
import { removalStories } from '../../support/crash/removal.ts';
import { runStory } from '../../support/crash/run.ts';
import { openStage, type Stage } from '../../support/crash/stories.ts';
import { tellingStories } from '../../support/crash/telling.ts';
import { timeStories } from '../../support/crash/time-steps.ts';

/** Each so-many-th point, beginning anywhere; `npm run crash` tries all. */
const EVERY = Number(process.env.CRASH_EVERY ?? 80);
/** The daily pass asks about complaints so often that only `npm run crash` strikes all of it. */
const quick = maintainingStories.filter(({ name }) => !/complaints|totals/.test(name));
const adding = addingStories.filter(({ name }) => !name.includes(' 0 retries'));
const ALL = [
  ...filingStories,
  ...adding,
  ...removalStories,
  ...quick,
  ...timeStories,
  ...tellingStories,
  ...linkStories,
];
/** Each eighth story, beginning anywhere; `npm run crash` plays all. */
const first = Math.floor(Math.random() * 8);
const STORIES = ALL.filter((_, number) => number % 8 === first);

let stages: Stage[];
beforeAll(async () => {
  stages = [await openStage(), await openStage()];
});
afterAll(() => Promise.all(stages.map(({ service }) => service.close())));

it.each(STORIES)('leaves no orphan, no gap and no double wherever a call fails: $name', async (story) => {
  let met = Math.floor(Math.random() * EVERY);
  const report = await runStory(story, stages, { choose: () => met++ % EVERY === 0 });
  process.stdout.write(`${describeReport(story.name, report)}\n`);
  expect(report.broken).toEqual([]);
  expect(report.calls).not.toEqual([]);
});

it('leaves nothing behind when events are lost, doubled, late or out of order', async () => {
  const [stage] = stages;
  if (!stage) throw new Error('no stage');
  let met = Math.floor(Math.random() * 4);
  expect(await tryEvents(stage, { choose: () => met++ % 4 === 0 })).toEqual({ points: 2, broken: [] });
});
