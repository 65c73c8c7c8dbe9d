import type { Contestant } from './contestants.ts';
import type { LoadGenerator } from './load.ts';
import type { PlannedOperation } from './plan.ts';
import { cpuMs } from './program.ts';
import type { LoadOrder } from './programs/load-generator.ts';
import { median, quantile } from './statistics.ts';

export type Burst = { perSecond: number; cpuMs: number; p50: number; p99: number; refused: number };
/** The bursts of one contestant, one for each round. */
export type Rounds = Map<string, Burst[]>;
/** `warmUp`: seconds of load before anything is counted, in which code that runs often becomes fast. */
export type Course = { rounds: number; seconds: number; connections: number; warmUp: number };
/** One operation at so many connections. */
export type Race = { operation: string; connections: number; rounds: Rounds };

/** Each contestant in turn, in another order every round; what they are compared by is measured within a few seconds. */
export async function race(
  contestants: readonly Contestant[],
  operation: PlannedOperation,
  { course, generator }: { course: Course; generator: LoadGenerator },
): Promise<Rounds> {
  const rounds: Rounds = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = -1; round < course.rounds; round += 1) {
    for (const contestant of rotated(contestants, round)) {
      const seconds = round < 0 ? course.warmUp : course.seconds;
      const order = { connections: course.connections, seconds };
      const burst = await runBurst(contestant, operation, { order, generator });
      if (round >= 0) rounds.get(contestant.name)?.push(burst);
    }
  }
  return rounds;
}

function rotated<T>(values: readonly T[], by: number): T[] {
  const start = Math.max(0, by) % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}

type Setting = { order: Pick<LoadOrder, 'connections' | 'seconds'>; generator: LoadGenerator };

async function runBurst(
  contestant: Contestant,
  operation: PlannedOperation,
  { order, generator }: Setting,
): Promise<Burst> {
  const { url, pid } = contestant.programFor(operation.functionId);
  await atRest(pid);
  const cpuBefore = cpuMs(pid);
  const { done, refused, seconds, times } = await generator.run({ url, request: operation.request, ...order });
  const cpu = cpuMs(pid) - cpuBefore;
  return {
    perSecond: done / seconds,
    cpuMs: cpu / done,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    refused,
  };
}

/** Until the work is done that the last burst has left in queues, such as hashes; five seconds at most. */
export async function atRest(pid: number): Promise<void> {
  for (let look = 0, before = Number.NaN; look < 250; look += 1) {
    const now = cpuMs(pid);
    if (!(now - before > 1) && look > 0) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function medians(bursts: readonly Burst[]): Burst {
  const of = (pick: (burst: Burst) => number) => median(bursts.map(pick));
  return {
    perSecond: of((burst) => burst.perSecond),
    cpuMs: of((burst) => burst.cpuMs),
    p50: of((burst) => burst.p50),
    p99: of((burst) => burst.p99),
    refused: bursts.reduce((sum, burst) => sum + burst.refused, 0),
  };
}
