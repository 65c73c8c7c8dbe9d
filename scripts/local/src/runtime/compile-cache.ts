import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../.local/compile-cache', import.meta.url));

/** For a process's environment: what it takes to read its TypeScript is most of a start, and the same for every one. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: folder };

/** As COMPILE_CACHE, with the code of functions too. In another folder, so that cold starts can be measured without it. */
export const COMPILE_CACHE_OF_FUNCTIONS = { NODE_COMPILE_CACHE: `${folder}-of-functions` };

/** The compiled code is written after the first request, and after the 25th, when more of it has been used. */
const WRITTEN_AFTER = [1, 25];

/**
 * Writes the code that this process has compiled. Node would do so when the process exits, but it is killed. Call the
 * returned function after each request: it writes again. Removes NODE_COMPILE_CACHE from the environment, which functions
 * must not see, unless somebody set it as a variable of the function.
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
