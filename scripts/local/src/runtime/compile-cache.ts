import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../.local/compile-cache', import.meta.url));

/** Environment for processes that load this project's TypeScript. Compiling it takes most of their start. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: folder };

/**
 * As COMPILE_CACHE, for functions and their code. A separate folder, so that cold starts can be measured without it.
 */
export const COMPILE_CACHE_OF_FUNCTIONS = { NODE_COMPILE_CACHE: `${folder}-of-functions` };

/** Requests after which the compiled code is written: the first, and the 25th, when more code has been used. */
const WRITTEN_AFTER = [1, 25];

/**
 * Writes the compiled code of this process; Node would do so at exit, but the process is killed. Call the returned
 * function after each request. Removes our NODE_COMPILE_CACHE from the environment, so that functions do not see it;
 * one set as a function's variable stays.
 */
export function keepCompiled(): () => void {
  const { NODE_COMPILE_CACHE: used } = process.env;
  if (used === COMPILE_CACHE.NODE_COMPILE_CACHE || used === COMPILE_CACHE_OF_FUNCTIONS.NODE_COMPILE_CACHE)
    delete process.env.NODE_COMPILE_CACHE;
  flushCompileCache();
  if (used !== COMPILE_CACHE_OF_FUNCTIONS.NODE_COMPILE_CACHE) return () => {};
  let requests = 0;
  return () => {
    requests += 1;
    if (WRITTEN_AFTER.includes(requests)) flushCompileCache();
  };
}
