import * as contestants from './contestants.ts';
import type { LoadGenerator } from './load.ts';
import { OUR_CORE } from './program.ts';
import { type Race, race } from './throughput.ts';

/** What is raced, at how many connections, and how long a burst of it takes: what is slow needs more of it to be counted. */
type Event = { operation: string; connections: number; seconds: number; warmUp: number };

/** It takes some 10,000 requests until V8 has compiled what runs and grown the young generation to what they need. */
const at = (operation: string, { seconds, warmUp }: { seconds: number; warmUp: number }): Event[] => [
  { operation, connections: 32, seconds, warmUp },
  { operation, connections: 1, seconds, warmUp: 1 },
];

/** On one processor, another being that of the load and of what stands for Appwrite. What all have in common is warm after the first. */
const ON_ONE: readonly Event[] = [
  ...at('list', { seconds: 0.8, warmUp: 6 }),
  ...at('detail', { seconds: 0.8, warmUp: 3 }),
  ...at('change', { seconds: 0.8, warmUp: 3 }),
  ...at('photo', { seconds: 1.5, warmUp: 6 }),
];
/** Logins are work for every processor there is. Sixteen fill the queues of all; of more, ours refuses some at once. */
const ON_ALL: readonly Event[] = [
  { operation: 'login', connections: 1, seconds: 2, warmUp: 1 },
  { operation: 'login', connections: 16, seconds: 6, warmUp: 1 },
  { operation: 'login', connections: 32, seconds: 2, warmUp: 1 },
];

/** All contestants through all events, `pace` times as long as usual. `say` hears who they are. */
export async function measureRaces(
  stage: contestants.Stage,
  {
    rounds,
    pace,
    generator,
    say,
  }: { rounds: number; pace: number; generator: LoadGenerator; say: (line: string) => void },
): Promise<Race[]> {
  const races: Race[] = [];
  const run = async (events: readonly Event[], field: contestants.Contestant[], count: number) => {
    for (const { operation, connections, seconds, warmUp } of events) {
      const planned = stage.plan.operations[operation];
      if (!planned) throw new Error(`${operation} was not recorded`);
      const course = { rounds: count, seconds: seconds * pace, connections, warmUp: warmUp * pace };
      races.push({ operation, connections, rounds: await race(field, planned, { course, generator }) });
    }
    await Promise.all(field.map((contestant) => contestant.stop()));
  };
  const held = await contestants.startField({ ...stage, core: OUR_CORE });
  for (const { name, what } of held) say(`${name}: ${what}`);
  await run(ON_ONE, held, rounds);
  await run(ON_ALL, await contestants.startField(stage), Math.ceil(rounds / 2));
  return races;
}
