import { readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from '#scripts/project/command.ts';
import { audienceTable } from './audience-table.ts';
import { withTables } from './readme.ts';
import { policyTables } from './table.ts';

await runCommand({
  usage: `Usage: node scripts/policy/main.ts
  Writes the tables of shared/domain/policy.ts and shared/domain/audience.ts into README.md.`,
  options: {},
  async run() {
    const file = new URL('../../README.md', import.meta.url);
    const readme = withTables(readFileSync(file, 'utf8'), 'policy', policyTables());
    writeFileSync(file, withTables(readme, 'audience', audienceTable()));
  },
});
