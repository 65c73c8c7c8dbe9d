import { runCommand } from '#scripts/project/command.ts';
import { requireAppwrite, targetOf } from '#scripts/project/connect.ts';
import { readLayout } from '#scripts/project/layout.ts';
import { smoke } from './smoke.ts';

const USAGE = `Usage: npm run smoke -- [--layout groups | compact] [--project <id>]
  Plays the main story against a deployed project, through domains and executions, and removes what it made.
  --layout   the functions to call; by default those of the project's layout
  --project  the project id; by default APPWRITE_PROJECT_ID`;

await runCommand({
  usage: USAGE,
  options: { layout: { type: 'string' }, project: { type: 'string' } },
  async run({ layout, project }) {
    const givenLayout = readLayout(layout);
    const env = project ? { ...process.env, APPWRITE_PROJECT_ID: project } : process.env;
    await smoke(await requireAppwrite(targetOf(env), env), console.log, givenLayout);
  },
});
