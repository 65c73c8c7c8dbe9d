import { describeReport } from 'local-appwrite/crash-enumerator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ALL_STORIES } from '../../support/crash/all-stories.ts';
import { tryEvents } from '../../support/crash/events.ts';
import { runStory } from '../../support/crash/run.ts';
import { openStage, type Stage } from '../../support/crash/stories.ts';

/** Tries every n-th point, starting at a random one; `npm run crash` tries all. */
const EVERY = Number(process.env.CRASH_EVERY ?? 200);
/**
 * Only `npm run crash` plays these: the parts of the daily pass with the most calls, and adding pictures without
 * retries.
 */
const LONG = /^maintenance.*(complaints|totals)|^add .* 0 retries/;
/** Plays every n-th story, starting at a random one; `npm run crash` plays all. */
const EVERY_STORY = 16;
const first = Math.floor(Math.random() * EVERY_STORY);
const STORIES = ALL_STORIES.filter(({ name }) => !LONG.test(name)).filter(
  (_, number) => number % EVERY_STORY === first,
);

let stages: Stage[];
beforeAll(async () => {
  stages = [await openStage(), await openStage()];
});
afterAll(() => Promise.all(stages.map(({ service }) => service.close())));

it.each(STORIES)('leaves no orphan, no gap and nothing twice, whichever call fails: $name', async (story) => {
  let pointIndex = Math.floor(Math.random() * EVERY);
  const report = await runStory(story, stages, { selectPoint: () => pointIndex++ % EVERY === 0 });
  process.stdout.write(`${describeReport(story.name, report)}\n`);
  expect(report.broken).toEqual([]);
  expect(report.calls).not.toEqual([]);
});

it('leaves nothing behind when events are lost, doubled, late or out of order', async () => {
  const [stage] = stages;
  if (!stage) throw new Error('no stage');
  let pointIndex = Math.floor(Math.random() * 4);
  expect(await tryEvents(stage, { selectPoint: () => pointIndex++ % 4 === 0 })).toEqual({ points: 2, broken: [] });
});
