import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { findByUsername, nameRowId } from '#shared/appwrite/accounts.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import type { Role } from '#shared/domain/account.ts';
import type { Connection } from '../project/connect.ts';
import type { Answer, ApiRequest, Transport } from './transports.ts';

/** A temporary account of the story. */
export type TestAccount = { username: string; password: string; userId: string; token: string };

export type SmokeRun = { transport: Transport; connection: Connection };

const Login = z.object({ TOKEN: z.string() });

/** The parsed body of an answer; throws with the answer when its status differs. */
export function expectStatus({ status, text }: Answer, expected: number): unknown {
  if (status !== expected) throw new Error(`expected ${expected}, got ${status}: ${text.slice(0, 300)}`);
  return text === '' ? undefined : JSON.parse(text);
}

export async function createTestAccount(
  { transport, connection }: SmokeRun,
  role: Role,
  accounts: TestAccount[],
): Promise<TestAccount> {
  const username = `smoke-${randomBytes(6).toString('hex')}`;
  const password = randomBytes(18).toString('base64url');
  const account = { username, password, userId: '', token: '' };
  accounts.push(account);
  const json = { username, password, name: 'Smoke test' };
  expectStatus(await transport.send({ method: 'POST', path: '/user', json }), 201);
  account.userId = await giveRole(connection, username, role);
  const login = { username, password };
  const answer = await transport.send({ method: 'POST', path: '/login', json: login });
  account.token = z.parse(Login, expectStatus(answer, 200)).TOKEN;
  return account;
}

export function withToken({ username, token }: TestAccount, request: ApiRequest): ApiRequest {
  return { ...request, headers: { ...request.headers, TOKEN: token, USERNAME: username } };
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
export async function removeTestAccount({ transport, connection }: SmokeRun, account: TestAccount): Promise<void> {
  const { store } = connection;
  const row = await findByUsername(store, account.username);
  if (row) {
    if (row.role !== 'user') await giveRole(connection, account.username, 'user');
    const { password } = account;
    const erase: ApiRequest = { method: 'DELETE', path: '/user', json: { password } };
    const answer = await transport.send(withToken(account, erase)).catch(() => undefined);
    if (answer?.status !== 204) await store.users.remove(row.$id);
  }
  await store.names.remove(await nameRowId(account.username));
  if (account.userId === '') return;
  await store.identities.remove(account.userId);
  for (const id of accountTallies(account.userId)) await store.tallies.remove(id);
}
