import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { findByUsername, nameRowId } from '#shared/appwrite/accounts.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import type { Role } from '#shared/domain/account.ts';
import type { Connection } from '../project/connect.ts';
import type { Answer, Ask, Transport } from './transports.ts';

/** A temporary account of the story. */
export type TestAccount = { username: string; password: string; userId: string; token: string };

export type SmokeRun = { door: Transport; connection: Connection };

const Login = z.object({ TOKEN: z.string() });

/** The parsed body of an answer; throws with the answer when its status differs. */
export function expectStatus({ status, text }: Answer, expected: number): unknown {
  if (status !== expected) throw new Error(`expected ${expected}, got ${status}: ${text.slice(0, 300)}`);
  return text === '' ? undefined : JSON.parse(text);
}

export async function createTestAccount(
  { door, connection }: SmokeRun,
  role: Role,
  cast: TestAccount[],
): Promise<TestAccount> {
  const username = `smoke-${randomBytes(6).toString('hex')}`;
  const password = randomBytes(18).toString('base64url');
  const player = { username, password, userId: '', token: '' };
  cast.push(player);
  const json = { username, password, name: 'Smoke test' };
  expectStatus(await door.ask({ method: 'POST', path: '/user', json }), 201);
  player.userId = await giveRole(connection, username, role);
  const login = { username, password };
  const answer = await door.ask({ method: 'POST', path: '/login', json: login });
  player.token = z.parse(Login, expectStatus(answer, 200)).TOKEN;
  return player;
}

export function askAs({ username, token }: TestAccount, ask: Ask): Ask {
  return { ...ask, headers: { ...ask.headers, TOKEN: token, USERNAME: username } };
}

async function giveRole({ store }: Connection, username: string, role: Role): Promise<string> {
  const account = await findByUsername(store, username);
  if (!account) throw new Error(`${username} registered and is not there`);
  if (account.role !== role && !(await store.users.replace(account, { role }))) {
    throw new Error(`${username} could not be made ${role}`);
  }
  return account.$id;
}

/**
 * Erases the account through the API, as its owner does. The taken name, which the API keeps, is removed with the key.
 */
export async function removeTestAccount({ door, connection }: SmokeRun, player: TestAccount): Promise<void> {
  const { store } = connection;
  const account = await findByUsername(store, player.username);
  if (account) {
    if (account.role !== 'user') await giveRole(connection, player.username, 'user');
    const { password } = player;
    const erase: Ask = { method: 'DELETE', path: '/user', json: { password } };
    const answer = await door.ask(askAs(player, erase)).catch(() => undefined);
    if (answer?.status !== 204) await store.users.remove(account.$id);
  }
  await store.names.remove(await nameRowId(player.username));
  if (player.userId === '') return;
  await store.identities.remove(player.userId);
  for (const id of accountTallies(player.userId)) await store.tallies.remove(id);
}
