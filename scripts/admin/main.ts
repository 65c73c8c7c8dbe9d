import { runCommand, UsageError } from '#scripts/project/command.ts';
import { connect, reach, targetOf } from '#scripts/project/connect.ts';
import { readLayout } from '#scripts/project/layout.ts';
import { COMMANDS, MOST_ARGUMENTS } from './commands.ts';
import { USAGE } from './usage.ts';

await runCommand({
  usage: USAGE,
  options: { layout: { type: 'string' }, retry: { type: 'boolean', default: false } },
  words: 3,
  async run({ layout, retry = false }, [name = '', ...args]) {
    // Both layouts have the same tables, so the option is only checked. It is accepted because the other commands have
    // it.
    readLayout(layout);
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(name === '' ? 'Say what to do.' : `There is no command ${name}.`);
    const surplus = args[MOST_ARGUMENTS[name] ?? 0];
    if (surplus !== undefined) throw new UsageError(`Unexpected argument: ${surplus}`);
    const told = await command(connect(await reach(targetOf())), args, { retry });
    if (told !== '') console.log(told);
  },
});
