import type { IncomingMessage, ServerResponse } from 'node:http';
import { shiftTime } from './clock.ts';
import { type Context, makeContext } from './context.ts';
import { loadFunction } from './load.ts';
import { Logger } from './logger.ts';
import { type Output, sendOutput } from './output.ts';

/** Answers one request by the Open Runtimes v5 contract for Node. `readBody` may throw to refuse the body. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  readBody: (request: IncomingMessage) => Promise<Buffer>,
): Promise<void> {
  const logger = new Logger(request.headers['x-open-runtimes-log-id'], request.headers['x-open-runtimes-logging']);
  shiftTime(Number(request.headers['x-open-runtimes-clock'] ?? 0));
  try {
    const context = makeContext(request, await readBody(request), logger);
    const output = await run(context, logger, Number(request.headers['x-open-runtimes-timeout'] ?? 0));
    trySending(response, output, logger);
  } catch (error) {
    logger.error(error);
    logger.deliver();
    sendEmptyError(response);
  }
}

/** Sends an empty 500 if the output cannot be sent; does not log that, as the real runtime. */
function trySending(response: ServerResponse, output: Output, logger: Logger): void {
  try {
    sendOutput(response, output, () => logger.deliver());
  } catch {
    logger.deliver();
    sendEmptyError(response);
  }
}

function sendEmptyError(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 500;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end('');
}

async function run(context: Context, logger: Logger, timeout: number): Promise<Output> {
  logger.captureConsole();
  try {
    const loaded = await loadFunction(logger);
    if (!loaded) return context.res.text('', 503, {});
    const output = await withTimeout(() => loaded(context), timeout);
    if (output === timedOut) {
      logger.error('Execution timed out.');
      return context.res.text('', 500, {});
    }
    if (output === null || output === undefined) {
      logger.error('Return statement missing. return context.res.empty() if no response is expected.');
      return context.res.text('', 500, {});
    }
    return output as Output;
  } catch (error) {
    logger.error(error instanceof Error ? (error.stack ?? error.message) : error);
    return context.res.text('', 500, {});
  } finally {
    logger.releaseConsole();
  }
}

const timedOut = Symbol('timed out');

/** Stops waiting after the timeout; the function itself keeps running. */
async function withTimeout(work: () => unknown, seconds: number): Promise<unknown> {
  if (seconds <= 0) return work();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(() => resolve(timedOut), seconds * 1000);
  });
  try {
    return await Promise.race([(async () => work())(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
