import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../.local/compile-cache', import.meta.url));

/** For a process's environment: what it takes to read its TypeScript is most of a start, and the same for every one. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: folder };

/** As COMPILE_CACHE, and the function's own code is kept too. A folder of its own: the other one has to stay without it. */
export const COMPILE_CACHE_OF_FUNCTIONS = { NODE_COMPILE_CACHE: `${folder}-of-functions` };

/** After how many requests the code is written that was compiled until then. */
const WRITTEN_AFTER = [1, 25];

/**
 * Writes what has been compiled, now and after some requests, since the process does not end by itself, but is ended.
 * Returns what is to be called after each request. No function is to see a variable that only the local Appwrite has; one
 * that it was given is its own.
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
