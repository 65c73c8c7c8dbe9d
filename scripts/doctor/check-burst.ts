import { ExecutionMethod } from 'node-appwrite';
import { SECOND } from '#shared/domain/clock.ts';
import type { Planning } from '../deploy/change.ts';
import { functionFor } from '../project/routes.ts';
import { type Finding, good, warning } from './finding.ts';

const AT_ONCE = 16;
/** Functions give up a call after 6 s, so a longer execution had a hanging call. */
const HANGING_MS = 6 * SECOND;
const PATH = '/complain/categories';

/**
 * Times 16 executions at once. On a self-hosted Appwrite with few workers, the calls of executions wait for workers
 * that the executions themselves occupy.
 */
export async function checkBurst({ declared, live, remote }: Planning): Promise<Finding[]> {
  const functionId = functionFor(declared.layout, PATH);
  if (!live.functions.some(({ $id, deploymentId }) => $id === functionId && deploymentId !== '')) return [];
  const once = async () => {
    const started = performance.now();
    const execution = await remote.functions
      .createExecution({ functionId, xpath: PATH, method: ExecutionMethod.GET })
      .catch(() => undefined);
    return { ms: Math.round(performance.now() - started), served: execution?.responseStatusCode === 200 };
  };
  // The first execution may have to start the function.
  await once();
  return [burstFinding(await Promise.all(Array.from({ length: AT_ONCE }, once)))];
}

/** The finding for these executions. Exported for its test. */
export function burstFinding(runs: readonly { ms: number; served: boolean }[]): Finding {
  const times = runs.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const slowest = times.at(-1) ?? 0;
  const unserved = runs.filter(({ served }) => !served).length;
  const text = `${runs.length} executions at once: median ${median} ms, slowest ${slowest} ms, ${unserved} not served`;
  if (unserved === 0 && slowest < HANGING_MS) return good('burst', 'burst', text);
  return warning(
    'burst',
    'burst',
    `${text}: calls hang. Give Appwrite more workers (_APP_WORKER_PER_CORE); the operating guide tells how many`,
  );
}
