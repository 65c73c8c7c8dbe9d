import { describeReport } from 'local-appwrite/crash-enumerator';
import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import { ALL_STORIES } from '#tests/support/crash/all-stories.ts';
import { tryEvents } from '#tests/support/crash/events.ts';
import { runStory } from '#tests/support/crash/run.ts';
import { openStage, type Stage, type Story } from '#tests/support/crash/stories.ts';

async function runAll(stories: readonly Story[], every: number, stages: [Stage, Stage]): Promise<number> {
  const started = performance.now();
  let pointIndex = 0;
  let points = 0;
  let broken = 0;
  for (const story of stories) {
    const report = await runStory(story, stages, { selectPoint: () => pointIndex++ % every === 0 });
    console.log(describeReport(story.name, report));
    points += report.points;
    broken += report.broken.length;
  }
  const events = await tryEvents(stages[0]);
  console.log(`events gone astray: ${events.points} points, ${events.broken.length} broken`, ...events.broken);
  points += events.points;
  broken += events.broken.length;
  console.log(`\n${points} points in ${Math.round((performance.now() - started) / 1000)} s, ${broken} broken`);
  return broken;
}

await runCommand({
  usage: `Usage: npm run crash -- [--only TEXT] [--every 1]
  Tries every fault, with and without retries, at every Appwrite call of create, delete, clean-up and maintenance.
  --only    tries the stories whose names contain this text
  --every   tries every n-th point

${ALL_STORIES.map(({ name }) => name).join('\n')}`,
  options: { only: { type: 'string', default: '' }, every: { type: 'string', default: '1' } },
  async run({ only, every }) {
    const stories = ALL_STORIES.filter(({ name }) => name.includes(only));
    if (stories.length === 0) throw new UsageError(`No story has a name with "${only}".`);
    const each = wholeNumber('--every', every, { min: 1, max: 100_000 });
    await buildFunctions({ quiet: true });
    const stages: [Stage, Stage] = [await openStage(), await openStage()];
    try {
      return (await runAll(stories, each, stages)) > 0 ? 1 : 0;
    } finally {
      await Promise.all(stages.map(({ service }) => service.close()));
    }
  },
});

// Connections of hanging calls would keep Node alive.
process.exit();
