import {
  allFaults,
  type CrashReport,
  type EnumerationOptions,
  enumerateCrashes,
} from 'local-appwrite/crash-enumerator';
import type { Stage, Story } from './stories.ts';

/** Includes successful answers to calls without effect, as from a captive proxy. */
const FAULTS = [
  ...allFaults,
  { kind: 'wrong-json', effect: 'none' },
  { kind: 'truncated-json', effect: 'none' },
] as const;

function callFilterOf({ callFilter }: Story, [stage]: Stage[]): NonNullable<EnumerationOptions['callFilter']> {
  if (callFilter?.functionId === undefined || !stage) return callFilter ?? { functionId: '*' };
  return { ...callFilter, functionId: stage.service.functionId(callFilter.functionId) };
}

/** Plays a story at every point, divided among the stages, and restores the stages afterwards. */
export async function runStory(story: Story, stages: Stage[], options: EnumerationOptions = {}): Promise<CrashReport> {
  const starts = await Promise.all(stages.map(({ service }) => service.local.snapshot()));
  const lanes = await Promise.all(stages.map((stage) => story.lane(stage)));
  const report = await enumerateCrashes(lanes, {
    faults: FAULTS,
    callFilter: callFilterOf(story, stages),
    ...options,
  });
  await Promise.all(stages.map(({ service }, n) => starts[n] && service.local.restore(starts[n])));
  return report;
}
