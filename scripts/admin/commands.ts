import { listByRole } from '#shared/appwrite/accounts.ts';
import { printable, UsageError } from '../project/command.ts';
import type { Connection } from '../project/connect.ts';
import { giveRole, resetPassword, roleOf } from './accounts.ts';
import { exportCategories, importCategories } from './categories.ts';
import { describeDeliveries, retryFailed } from './deliveries.ts';
import { exportComplaints } from './export.ts';

type Command = (connection: Connection, args: readonly string[], retry: boolean) => Promise<string>;

/** The number of arguments after the name of each command. */
const MAX_ARGUMENTS: Readonly<Record<string, number>> = {
  grant: 2,
  revoke: 1,
  'reset-password': 1,
  categories: 2,
  export: 1,
};

const COMMANDS: Readonly<Record<string, Command>> = {
  async list({ store }) {
    const accounts = await listByRole(store, ['admin', 'staff'], 1_000);
    if (accounts.length === 0) return 'Nobody is staff or admin yet.';
    return accounts
      .map(({ role, username, name }) => `${role.padEnd(6)} ${printable(username).padEnd(32)} ${printable(name)}`)
      .join('\n');
  },
  grant: (connection, [username, role = 'admin']) => giveRole(connection, username, roleOf(role)),
  revoke: (connection, [username]) => giveRole(connection, username, 'user'),
  'reset-password': (connection, [username]) => resetPassword(connection, username),
  async deliveries({ store }, _args, retry) {
    const retried = retry ? `${await retryFailed(store)} failed deliveries are tried again.\n` : '';
    return retried + (await describeDeliveries(store));
  },
  async categories(connection, [action, file]) {
    if (action === 'list' && file === undefined) return exportCategories(connection);
    if (action === 'import' && file !== undefined) return importCategories(connection, file);
    throw new UsageError('Say categories list, or categories import <file.csv>.');
  },
  async export(connection, [file]) {
    if (file === undefined) throw new UsageError('Name a file.');
    const count = await exportComplaints(connection, file);
    return file === '-' ? '' : `${count} complaints in ${file}`;
  },
};

/**
 * Runs the command that the first word names, with the other words as its arguments; returns what to print. `open`
 * connects to Appwrite. Throws UsageError before that for an unknown command or an argument too many.
 */
export async function runAdmin(
  [name = '', ...args]: readonly string[],
  { retry, open }: { retry: boolean; open: () => Promise<Connection> },
): Promise<string> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(name === '' ? 'Say what to do.' : `There is no command ${name}.`);
  const surplus = args[MAX_ARGUMENTS[name] ?? 0];
  if (surplus !== undefined) throw new UsageError(`Unexpected argument: ${surplus}`);
  return command(await open(), args, retry);
}
