/** Sends requests as fast as they are answered, for as long as it is told to; a process of its own. */
import autocannon from 'autocannon';
import { decoded, type PlannedRequest } from '../plan.ts';

export type LoadOrder = { url: string; request: PlannedRequest; connections: number; seconds: number };
/** `times` are those of answered requests in milliseconds; `refused` counts what the server did not want or could not do. */
export type LoadResult = { done: number; refused: number; seconds: number; times: number[] };

/** Autocannon looks at the clock so often, and would otherwise run a second too long. */
const LOOK_MS = 50;

async function run({ url, request, connections, seconds }: LoadOrder): Promise<LoadResult> {
  const times: number[] = [];
  let refused = 0;
  const { method, path, headers, body } = request;
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    const load = autocannon(
      {
        url: `${url}${path}`,
        method: method as 'GET',
        headers,
        connections,
        duration: seconds,
        sampleInt: LOOK_MS,
        ...(body === '' ? {} : { body: decoded(body) }),
      },
      (error) => (error ? reject(error) : resolve()),
    );
    load.on('response', (...[, status, , ms]) => {
      if (status < 300) times.push(ms);
      else refused += 1;
    });
    load.on('reqError', () => {
      refused += 1;
    });
  });
  return { done: times.length, refused, seconds: (performance.now() - started) / 1000, times };
}

process.on('message', async (order: LoadOrder) => process.send?.(await run(order)));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
