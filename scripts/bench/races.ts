import * as contestants from './contestants.ts';
import type { LoadGenerator } from './load.ts';
import { OUR_CORE } from './program.ts';
import { type Race, race } from './throughput.ts';

/** What is raced: at how many connections, and with the times as long as usual that a burst of it takes to be counted. */
type Event = { operation: string; connections: readonly number[]; length: number };

/** On one processor, the others being left to the load and to what stands for Appwrite. */
const ON_ONE: readonly Event[] = [
  { operation: 'list', connections: [1, 32], length: 1 },
  { operation: 'detail', connections: [1, 32], length: 1 },
  { operation: 'change', connections: [1, 32], length: 1 },
  { operation: 'photo', connections: [1, 32], length: 2 },
];
/** Logins are work for every processor there is. */
const ON_ALL: readonly Event[] = [{ operation: 'login', connections: [1, 16, 32], length: 4 }];

export type Pace = { rounds: number; seconds: number };

/** All contestants through all events. `say` hears who they are. */
export async function measureRaces(
  stage: contestants.Stage,
  { pace, generator, say }: { pace: Pace; generator: LoadGenerator; say: (line: string) => void },
): Promise<Race[]> {
  const races: Race[] = [];
  for (const { events, core } of [{ events: ON_ONE, core: OUR_CORE }, { events: ON_ALL }]) {
    const field = await contestants.startField(core === undefined ? stage : { ...stage, core });
    if (core !== undefined) for (const { name, what } of field) say(`${name}: ${what}`);
    for (const { operation, connections: all, length } of events) {
      const planned = stage.plan.operations[operation];
      if (!planned) throw new Error(`${operation} was not recorded`);
      for (const connections of all) {
        const course = { rounds: pace.rounds, seconds: length * pace.seconds, connections };
        races.push({ operation, connections, rounds: await race(field, planned, { course, generator }) });
      }
    }
    await Promise.all(field.map((contestant) => contestant.stop()));
  }
  return races;
}
