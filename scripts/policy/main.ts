import { readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from '#scripts/project/command.ts';
import { withPolicy } from './readme.ts';
import { policyTables } from './table.ts';

await runCommand({
  usage: 'Usage: npm run policy\n  Writes the policy tables of shared/domain/policy.ts into README.md.',
  options: {},
  async run() {
    const file = new URL('../../README.md', import.meta.url);
    writeFileSync(file, withPolicy(readFileSync(file, 'utf8'), policyTables()));
  },
});
