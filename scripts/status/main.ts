import { readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from '#scripts/project/command.ts';
import { withStatusTable } from './table.ts';

await runCommand({
  usage: 'Usage: npm run status\n  Writes the status table of shared/domain/status.ts into README.md.',
  options: {},
  async run() {
    const file = new URL('../../README.md', import.meta.url);
    writeFileSync(file, withStatusTable(readFileSync(file, 'utf8')));
  },
});
