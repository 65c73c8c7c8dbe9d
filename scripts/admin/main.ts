import { runCommand, UsageError } from '#scripts/project/command.ts';
import { connect } from '#scripts/project/connect.ts';
import { COMMANDS } from './commands.ts';
import { USAGE } from './usage.ts';

await runCommand({
  usage: USAGE,
  options: { retry: { type: 'boolean', default: false } },
  words: 3,
  async run({ retry = false }, [name = '', ...args]) {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(name === '' ? 'Say what to do.' : `There is no command ${name}.`);
    const told = await command(connect(), args, { retry });
    if (told !== '') console.log(told);
  },
});
