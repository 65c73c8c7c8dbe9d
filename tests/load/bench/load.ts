import { fork } from 'node:child_process';
import { once } from 'node:events';
import { canPin, here, OTHER_CORE, TASKSET } from './program.ts';
import type { LoadOrder, LoadResult } from './programs/load-generator.ts';

export type LoadGenerator = { run(order: LoadOrder): Promise<LoadResult>; stop(): void };

/** A generator in a process of its own, so that measuring does not slow down what is measured. */
export async function startLoadGenerator(): Promise<LoadGenerator> {
  const pinned = { execPath: TASKSET, execArgv: ['-c', String(OTHER_CORE), process.execPath] };
  const child = fork(here('programs/load-generator.ts'), [], canPin ? pinned : { execArgv: [] });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the load generator ended')));
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  return {
    async run(order) {
      child.send(order);
      const [result] = (await Promise.race([once(child, 'message'), ended])) as [LoadResult];
      return result;
    },
    stop: () => void child.kill(),
  };
}
