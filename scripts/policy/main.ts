import { readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from '#scripts/project/command.ts';
import { withRules } from './rules.ts';

await runCommand({
  usage: `Usage: npm run policy
  Writes the tables of the rules in shared/domain into its README.md.`,
  options: {},
  async run() {
    const file = new URL('../../shared/domain/README.md', import.meta.url);
    writeFileSync(file, withRules(readFileSync(file, 'utf8')));
  },
});
