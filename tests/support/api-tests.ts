import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The tests of the API that also run on a service that was deployed to a real Appwrite: they share it and its rows, and
 * reach it by requests and by the tables alone.
 */
const PORTABLE = [
  'tests/api/accounts/register-and-login.test.ts',
  'tests/api/bodies.test.ts',
  'tests/api/complaints/categories.test.ts',
  'tests/api/complaints/change-as-desk.test.ts',
  'tests/api/complaints/change-as-reporter.test.ts',
  'tests/api/complaints/change-request.test.ts',
  'tests/api/story.test.ts',
];

/** Which tests of the API run on a real Appwrite, and which do not. */
export function apiTests(): { portable: readonly string[]; leftOut: string[] } {
  const files = globSync('tests/api/**/*.test.ts', { cwd: root }).sort();
  return { portable: PORTABLE, leftOut: files.filter((file) => !PORTABLE.includes(file)) };
}
