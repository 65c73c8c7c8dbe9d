import { type Account, findByUsername, listByRole } from '#shared/appwrite/accounts.ts';
import { canonicalUsername, ROLES, type Role } from '#shared/domain/account.ts';
import type { Connection } from '../project/connect.ts';

/** What the person at the terminal got wrong. */
export class AdminError extends Error {}

type Command = (connection: Connection, args: readonly string[]) => Promise<string>;

export const USAGE = `Usage: npm run admin -- <command>
  list                     everybody who is staff or admin
  grant <username> [role]  make somebody admin, or give another role: ${ROLES.join(', ')}
  revoke <username>        back to the role user; also the last admin, for there is always this command`;

async function accountOf({ store }: Connection, raw: string | undefined): Promise<Account> {
  if (raw === undefined) throw new AdminError(USAGE);
  const username = canonicalUsername(raw);
  const account = username === undefined ? undefined : await findByUsername(store, username);
  if (!account) throw new AdminError(`There is no account ${raw}. The person registers first: POST /user.`);
  return account;
}

function roleOf(raw: string): Role {
  const role = ROLES.find((known) => known === raw);
  if (!role) throw new AdminError(`${raw} is no role. Roles are ${ROLES.join(', ')}.`);
  return role;
}

async function giveRole(connection: Connection, raw: string | undefined, role: Role): Promise<string> {
  const account = await accountOf(connection, raw);
  const changed = await connection.store.users.replace(account, { role, changedAt: new Date().toISOString() });
  if (!changed) throw new AdminError(`${account.username} was changed at the same moment. Try again.`);
  return `${account.username} is ${role} now.`;
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  async list({ store }) {
    const accounts = await listByRole(store, ['admin', 'staff'], 1_000);
    if (accounts.length === 0) return 'Nobody is staff or admin yet.';
    return accounts.map(({ role, username, name }) => `${role.padEnd(6)} ${username.padEnd(32)} ${name}`).join('\n');
  },
  grant: (connection, [username, role = 'admin']) => giveRole(connection, username, roleOf(role)),
  revoke: (connection, [username]) => giveRole(connection, username, 'user'),
};
