import { parseArgs } from 'node:util';
import { targetOf } from '#scripts/project/connect.ts';
import { examine } from './examine.ts';
import { humanReport, isHealthy, jsonReport } from './report.ts';

/** `npm run doctor [-- --json]`: ends with 1 when something has failed, with 2 when it could not look. */
try {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const target = targetOf();
  const findings = await examine(target);
  console.log((values.json ? jsonReport : humanReport)(target, findings));
  process.exitCode = isHealthy(findings) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
