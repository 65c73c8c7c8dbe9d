import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The tests of the API that also run against a real Appwrite. They share one service and its rows, and use only
 * requests and the tables.
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

/** The tests of the API that run against a real Appwrite, and those that do not. */
export function apiTests(): { portable: readonly string[]; leftOut: string[] } {
  const files = globSync('tests/api/**/*.test.ts', { cwd: root }).sort();
  return { portable: PORTABLE, leftOut: files.filter((file) => !PORTABLE.includes(file)) };
}
