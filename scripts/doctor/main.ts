import { runCommand } from '#scripts/project/command.ts';
import { targetOf } from '#scripts/project/connect.ts';
import { examine } from './examine.ts';
import { humanReport, isHealthy, jsonReport } from './report.ts';

const USAGE = `Usage: npm run doctor -- [--json]
  Compares a deployed project with appwrite.json and looks at deployments, schedules, usernames and pictures. Changes nothing.
  --json  the findings for programs
Exit code: 0 healthy, 1 something has failed, 2 wrong arguments or settings.`;

await runCommand({
  usage: USAGE,
  options: { json: { type: 'boolean', default: false } },
  async run({ json }) {
    const target = targetOf();
    const findings = await examine(target);
    console.log((json ? jsonReport : humanReport)(target, findings));
    return isHealthy(findings) ? 0 : 1;
  },
});
