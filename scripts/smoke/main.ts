import { parseArgs } from 'node:util';
import { targetOf } from '#scripts/project/connect.ts';
import { smoke } from './smoke.ts';

/** `npm run smoke -- <project>`: the project id may be said here instead of in APPWRITE_PROJECT_ID. */
try {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [project] = positionals;
  await smoke(targetOf(project ? { ...process.env, APPWRITE_PROJECT_ID: project } : process.env), console.log);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
