import { fileURLToPath } from 'node:url';

const transport = fileURLToPath(new URL('../../shared/appwrite/transport', import.meta.url));

/** Our replacements for two packages that node-appwrite imports, in the bundles and in tests. */
export const SDK_ALIASES = { undici: `${transport}/undici.ts`, 'json-bigint': `${transport}/json-bigint.ts` };
