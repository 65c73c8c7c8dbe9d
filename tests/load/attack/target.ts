import { randomBytes } from 'node:crypto';
import { type Connection, connect } from '#scripts/project/connect.ts';
import { ROUTES } from '#scripts/project/routes.ts';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { composeService } from '#shared/compose.ts';
import { readConfig } from '#shared/config.ts';
import type { Role } from '#shared/domain/account.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { createHandler } from '#shared/http/handler.ts';
import { processOf } from '#tests/support/media-fuzz/large.ts';
import { assertHolds } from './check.ts';
import { countingHasher } from './counting-hasher.ts';
import { callInProcess, callOverHttp, type Reply, type Send } from './in-process.ts';
import type { AttackProject } from './local-project.ts';

/**
 * The deployed code in this process, with a clock that the attack moves and a hasher that counts; Appwrite over HTTP.
 */
export type AttackTarget = {
  connection: Connection;
  secret: string;
  now(): number;
  advance(milliseconds: number): void;
  /** The number of password comparisons so far. */
  hashes(): number;
  /** The number of calls that Appwrite has answered so far. */
  calls(): number;
  send: Send;
  /** The same request to the bundles, which are other processes with a clock of their own. */
  viaBundles: Send;
  /** The origin of the bundles. */
  origin: string;
  /** The process id of a bundle; undefined before its first request. */
  processOf(functionId: string): Promise<number | undefined>;
  register(username: string): Promise<Reply>;
  login(username: string, password?: string, address?: string): Promise<Reply>;
  /** Registers and logs in; resolves to the token. */
  token(username: string): Promise<string>;
  giveRole(username: string, role: Role): Promise<void>;
};

export const PASSWORD = 'canary-Password-7131';
const ADDRESS = '192.0.2.1';

export const freshName = (prefix = 'a') => `${prefix}${randomBytes(7).toString('hex')}`;

function configure({ local, secret }: AttackProject) {
  return readConfig({
    APPWRITE_FUNCTION_API_ENDPOINT: local.endpoint,
    APPWRITE_FUNCTION_PROJECT_ID: local.projectId,
    TOKEN_SECRET: secret,
    REGISTRATIONS_PER_HOUR: '1000000',
  });
}

/** Returns a check that throws for a log line or an answer with one of the secrets. */
function secretCheck(secrets: readonly string[]): (line: string) => void {
  return (line) => assertHolds(!secrets.some((secret) => line.includes(secret)), 'a secret was logged or answered');
}

/** The actions of people as requests. */
function actionsOf(send: Send, connection: Connection) {
  const json = (username: string, password: string) => ({ username, password });
  const login = (username: string, password = PASSWORD, address = ADDRESS) =>
    send('POST', '/login', { json: json(username, password), address });
  const register = (username: string) =>
    send('POST', '/user', { json: { ...json(username, PASSWORD), name: 'Somebody' }, address: ADDRESS });
  return {
    login,
    register,
    async token(username: string): Promise<string> {
      await register(username);
      const { status, body } = await login(username);
      if (status !== 200) throw new Error(`no login for ${username}: ${status}`);
      return String(body.TOKEN);
    },
    async giveRole(username: string, role: Role): Promise<void> {
      const account = await findByUsername(connection.store, username);
      if (!account || !(await connection.store.users.replace(account, { role }))) throw new Error('no such account');
    },
  };
}

/** Opens a target with a clock of its own. */
export function openTarget(project: AttackProject): AttackTarget {
  const { local, secret } = project;
  const hasher = countingHasher();
  let time = Date.now();
  const parts = { clock: { ...systemClock, now: () => new Date(time) }, createHasher: () => hasher };
  const service = composeService(configure(project), parts);
  const handle = createHandler(Object.values(ROUTES).flat(), () => service);
  const send = callInProcess(handle, { key: local.apiKey, onOutput: secretCheck([PASSWORD, secret, local.apiKey]) });
  const connection = connect({ endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey });
  return {
    connection,
    secret,
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
    hashes: () => hasher.comparisons,
    calls: () => local.calls.all().length,
    send,
    viaBundles: callOverHttp(local.url),
    origin: local.url,
    processOf: (functionId) => processOf(local, functionId),
    ...actionsOf(send, connection),
  };
}
