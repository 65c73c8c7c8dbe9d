import { runCommand } from '#scripts/project/command.ts';
import { requireAppwrite, targetOf } from '#scripts/project/connect.ts';
import { readLayout } from '#scripts/project/layout.ts';
import { examine } from './examine.ts';
import { humanReport, isHealthy, jsonReport } from './report.ts';

const USAGE = `Usage: npm run doctor -- [--layout groups | compact] [--json]
  Compares a deployed project with appwrite.json and checks deployments, schedules, usernames and pictures.
  Changes nothing.
  --layout  the functions to check; by default those of the project's layout
  --json    print the findings as JSON
Exit code: 0 healthy, 1 something has failed, 2 wrong arguments or settings.`;

await runCommand({
  usage: USAGE,
  options: { layout: { type: 'string' }, json: { type: 'boolean', default: false } },
  async run({ layout, json }) {
    const givenLayout = readLayout(layout);
    const target = await requireAppwrite(targetOf());
    const findings = await examine(target, givenLayout);
    console.log((json ? jsonReport : humanReport)(target, findings));
    return isHealthy(findings) ? 0 : 1;
  },
});
