import { runCommand } from '#scripts/project/command.ts';
import { connect, requireAppwrite, targetOf } from '#scripts/project/connect.ts';
import { readLayout } from '#scripts/project/layout.ts';
import { runAdmin } from './commands.ts';
import { USAGE } from './usage.ts';

await runCommand({
  usage: USAGE,
  options: { layout: { type: 'string' }, retry: { type: 'boolean', default: false } },
  maxArguments: 3,
  async run({ layout, retry = false }, words) {
    // Both layouts have the same tables, so the option is only checked. It is accepted because the other commands have
    // it.
    readLayout(layout);
    const output = await runAdmin(words, { retry, open: async () => connect(await requireAppwrite(targetOf())) });
    if (output !== '') console.log(output);
  },
});
