import { parseArgs } from 'node:util';
import { connect } from '#scripts/project/connect.ts';
import { COMMANDS } from './commands.ts';
import { AdminError, USAGE } from './usage.ts';

/** The cause is what Appwrite or the network said: the person at this terminal holds the key and may read it. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

const { positionals } = parseArgs({ allowPositionals: true });
const [name = '', ...args] = positionals;
const command = COMMANDS[name];
try {
  if (!command) throw new AdminError(name === '' ? USAGE : `There is no command ${name}.\n${USAGE}`);
  const told = await command(connect(), args);
  if (told !== '') console.log(told);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
