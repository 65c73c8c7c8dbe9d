import { runCommand } from '#scripts/project/command.ts';
import { reach, targetOf } from '#scripts/project/connect.ts';
import { readLayout } from '#scripts/project/layout.ts';
import { examine } from './examine.ts';
import { humanReport, isHealthy, jsonReport } from './report.ts';

const USAGE = `Usage: npm run doctor -- [--layout groups | compact] [--json]
  Compares a deployed project with appwrite.json and looks at deployments, schedules, usernames and pictures. Changes nothing.
  --layout  the functions to look at; without it those of the layout that the project has
  --json    the findings for programs
Exit code: 0 healthy, 1 something has failed, 2 wrong arguments or settings.`;

await runCommand({
  usage: USAGE,
  options: { layout: { type: 'string' }, json: { type: 'boolean', default: false } },
  async run({ layout, json }) {
    const said = readLayout(layout);
    const target = await reach(targetOf());
    const findings = await examine(target, said);
    console.log((json ? jsonReport : humanReport)(target, findings));
    return isHealthy(findings) ? 0 : 1;
  },
});
