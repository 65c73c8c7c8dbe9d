import { runCommand } from '#scripts/project/command.ts';
import { targetOf } from '#scripts/project/connect.ts';
import { smoke } from './smoke.ts';

const USAGE = `Usage: npm run smoke -- [--project <id>]
  Plays the main story against a deployed project, through domains and executions, and removes what it made.
  --project  the project id; APPWRITE_PROJECT_ID otherwise`;

await runCommand({
  usage: USAGE,
  options: { project: { type: 'string' } },
  async run({ project }) {
    await smoke(targetOf(project ? { ...process.env, APPWRITE_PROJECT_ID: project } : process.env), console.log);
  },
});
