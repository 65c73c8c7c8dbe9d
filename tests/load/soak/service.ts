import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAppwrite, startLocalAppwrite } from 'local-appwrite';
import { Client } from 'node-appwrite';
import { seedCategories } from '#scripts/project/categories.ts';
import { type Connection, connect } from '#scripts/project/connect.ts';
import { localProject } from '#scripts/project/local-settings.ts';
import { originPaths } from '#scripts/project/routes.ts';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { LAYOUT } from '#tests/support/harness.ts';

export const PASSWORD = 'navy-compiler-52';

/** The whole product on a local Appwrite, with a citizen and a member of staff. */
export type SoakService = {
  local: LocalAppwrite;
  connection: Connection;
  user: Record<string, string>;
  staff: Record<string, string>;
  close(): Promise<void>;
};

const SETTINGS = {
  TOKEN_SECRET: randomBytes(48).toString('base64url'),
  BCRYPT_COST: '10',
  COMPLAINTS_PER_HOUR: '1000000',
  APPWRITE_TIMEOUT_MS: '2000',
};

export async function startSoakService(): Promise<SoakService> {
  const dataDir = await mkdtemp(join(tmpdir(), 'soak-'));
  const variables = { '*': SETTINGS };
  const local = await startLocalAppwrite({
    dataDir,
    config: localProject(LAYOUT),
    origin: originPaths(LAYOUT),
    variables,
  });
  const target = { endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey };
  await seedCategories(new Client().setEndpoint(target.endpoint).setProject(target.projectId).setKey(target.key));
  const connection = connect(target);
  const headers = async (username: string, role: 'user' | 'staff') => {
    await post(local.url, '/user', { username, password: PASSWORD, name: 'A Person' });
    const account = await findByUsername(connection.store, username);
    if (!account || !(await connection.store.users.replace(account, { role }))) throw new Error('no account');
    const { TOKEN = '' } = await post(local.url, '/login', { username, password: PASSWORD });
    return { TOKEN, USERNAME: username };
  };
  const close = async () => {
    await local.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { local, connection, user: await headers('ada', 'user'), staff: await headers('grace', 'staff'), close };
}

async function post(url: string, path: string, body: unknown): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, string>;
}
