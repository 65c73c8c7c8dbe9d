import { describeReport } from 'local-appwrite/crash-enumerator';
import { buildFunctions } from '#scripts/build/functions.ts';
import { addingStories } from '#tests/support/crash/adding.ts';
import { tryEvents } from '#tests/support/crash/events.ts';
import { filingStories } from '#tests/support/crash/filing.ts';
import { maintainingStories } from '#tests/support/crash/maintaining.ts';
import { removalStories } from '#tests/support/crash/removal.ts';
import { runStory } from '#tests/support/crash/run.ts';
import { openStage } from '#tests/support/crash/stories.ts';

/** Every Appwrite call of create, added pictures, delete, clean-up and maintenance × every fault × retries. CRASH_EVERY=10 tries each tenth point. */
const every = Number(process.env.CRASH_EVERY ?? 1);
const only = process.argv[2] ?? '';

await buildFunctions({ quiet: true });
const stages = [await openStage(), await openStage()];
const started = performance.now();
let met = 0;
let points = 0;
let broken = 0;
for (const story of [...filingStories, ...addingStories, ...removalStories, ...maintainingStories]) {
  if (!story.name.includes(only)) continue;
  const report = await runStory(story, stages, { choose: () => met++ % every === 0 });
  console.log(describeReport(story.name, report));
  points += report.points;
  broken += report.broken.length;
}
for (const stage of stages.slice(0, 1)) {
  const events = await tryEvents(stage);
  console.log(`events gone astray: ${events.points} points, ${events.broken.length} broken`, ...events.broken);
  points += events.points;
  broken += events.broken.length;
}
await Promise.all(stages.map(({ service }) => service.close()));
console.log(`\n${points} points in ${Math.round((performance.now() - started) / 1000)} s, ${broken} broken`);
process.exit(broken === 0 ? 0 : 1);
