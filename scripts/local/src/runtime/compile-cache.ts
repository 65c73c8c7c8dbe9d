import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../.local/compile-cache', import.meta.url));

/** For a host's environment: what it takes to read its TypeScript is most of a start, and the same for every one. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: folder };

/** No function is to see a variable that only the local Appwrite has; one that it was given is its own. */
export function forgetCompileCache(): void {
  if (process.env.NODE_COMPILE_CACHE === folder) delete process.env.NODE_COMPILE_CACHE;
}
