import { randomBytes } from 'node:crypto';
import { hash } from 'bcryptjs';
import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import { canonicalUsername, ROLES, type Role } from '#shared/domain/account.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { normalise } from '#shared/security/password-text.ts';
import { newEpoch } from '#shared/services/auth/logout.ts';
import { planUnassigning } from '#shared/services/complaints/unassign.ts';
import { UsageError } from '../project/command.ts';
import type { Connection } from '../project/connect.ts';

const BCRYPT_COST = 12;

async function accountOf({ store }: Connection, raw: string | undefined): Promise<Account> {
  if (raw === undefined) throw new UsageError('A name is missing.');
  const username = canonicalUsername(raw);
  const account = username === undefined ? undefined : await findByUsername(store, username);
  if (!account) throw new Error(`There is no account ${raw}. The person registers first: POST /user.`);
  return account;
}

export function roleOf(raw: string): Role {
  const role = ROLES.find((known) => known === raw);
  if (!role) throw new UsageError(`${raw} is no role. Roles are ${ROLES.join(', ')}.`);
  return role;
}

export async function giveRole(connection: Connection, raw: string | undefined, role: Role): Promise<string> {
  const account = await accountOf(connection, raw);
  if (role === 'user') await planUnassigning({ ...connection, clock: systemClock }, account.username);
  const changed = await connection.store.users.replace(account, { role, changedAt: new Date().toISOString() });
  if (!changed) throw changedMeanwhile(account);
  return `${account.username} is ${role} now.`;
}

/** Sets a random password, so that none is typed into a shell with a history. The person changes it by PUT /user. */
export async function resetPassword(connection: Connection, raw: string | undefined): Promise<string> {
  const account = await accountOf(connection, raw);
  const password = randomBytes(15).toString('base64url');
  const passwordHash = await hash(normalise(password), BCRYPT_COST);
  const change = { passwordHash, ...newEpoch(), changedAt: new Date().toISOString() };
  if (!(await connection.store.users.replace(account, change))) throw changedMeanwhile(account);
  return `The new password of ${account.username} is ${password}\nEverything of theirs that was logged in is logged out.`;
}

function changedMeanwhile({ username }: Account): Error {
  return new Error(`${username} was changed at the same moment. Try again.`);
}
