import { startService } from '#tests/support/harness.ts';
import { median } from '#tests/support/statistics.ts';
import type { BenchProject } from './project.ts';

export type ColdStart = { functionId: string; milliseconds: number; ratio: number };
type FirstRequest = { path: string; method?: string; status: number; withToken?: boolean };

const EMPTY: FirstRequest = { path: '/', status: 200 };
/** The first request to a function. Functions without clients answer a GET made with the key when they are ready. */
const FIRST_REQUESTS: Readonly<Record<string, FirstRequest>> = {
  auth: { path: '/logout', method: 'POST', status: 204, withToken: true },
  users: { path: '/user', status: 200, withToken: true },
  complaints: { path: '/complain', status: 200 },
  docs: { path: '/', status: 200 },
  'media-cleanup': EMPTY,
  maintenance: EMPTY,
  notifications: EMPTY,
};

/**
 * The real runtime's server loads the packages micro and superjson before it listens. It takes 36.8 ms, the local one
 * 32.6 (medians of fifteen); the difference is added to each cold start.
 */
const REAL_SERVER_MS = 4;

/**
 * Measures how much longer the first answer of a new process takes than its third: the medians, and the median of the
 * ratios to an empty function that is started just before. The local Appwrite adds no delays here, and nothing is
 * compiled in advance, as on a real one.
 */
export async function measureColdStarts({ config, functionIds }: BenchProject, rounds: number): Promise<ColdStart[]> {
  const service = await startService({}, { config, reuseCompiled: false });
  const { local } = service;
  const request = async (functionId: string): Promise<number> => {
    const first = functionId === 'empty' ? EMPTY : FIRST_REQUESTS[functionId];
    if (!first) throw new Error(`No first request is known for the function ${functionId}.`);
    const { path, method = 'GET', status, withToken } = first;
    const headers = withToken ? { token: (await service.person()).token } : {};
    const began = performance.now();
    const response = await fetch(`${local.endpoint}/functions/${functionId}/executions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-appwrite-project': local.projectId,
        'x-appwrite-key': local.apiKey,
      },
      body: JSON.stringify({ path, method, headers }),
    });
    const { responseStatusCode, responseBody } = (await response.json()) as Record<string, unknown>;
    const milliseconds = performance.now() - began;
    if (responseStatusCode === status) return milliseconds;
    throw new Error(`${functionId} answered ${responseStatusCode}: ${responseBody}`);
  };
  const start = async (functionId: string): Promise<number> => {
    local.killFunction(functionId);
    const cold = await request(functionId);
    await request(functionId);
    return REAL_SERVER_MS + cold - (await request(functionId));
  };
  try {
    const starts = functionIds.map((functionId) => ({ functionId, times: [] as number[], ratios: [] as number[] }));
    const emptyTimes: number[] = [];
    // The first round fills caches of the local Appwrite and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { functionId, times, ratios } of starts) {
        const empty = await start('empty');
        const own = await start(functionId);
        if (round === 0) continue;
        emptyTimes.push(empty);
        times.push(own);
        ratios.push(own / empty);
      }
    }
    const results = starts.map(({ functionId, times, ratios }) => {
      return { functionId, milliseconds: median(times), ratio: median(ratios) };
    });
    return [{ functionId: 'empty', milliseconds: median(emptyTimes), ratio: 1 }, ...results];
  } finally {
    await service.close();
  }
}
