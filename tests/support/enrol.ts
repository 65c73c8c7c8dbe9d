import { findByUsername } from '#shared/appwrite/accounts.ts';
import { composeService, openDeps } from '#shared/compose.ts';
import { readConfig } from '#shared/config.ts';
import type { Role } from '#shared/domain/account.ts';
import { issueToken } from '#shared/security/issue-token.ts';
import type { PasswordHasher } from '#shared/security/passwords.ts';
import { register } from '#shared/services/accounts/register.ts';
import { TEST_SETTINGS } from './deployed.ts';

export const PASSWORD = 'correct-horse-9';

// A bcrypt hash of PASSWORD at the lowest allowed cost. Hashing it for each of the hundreds of accounts would take
// longer than everything else that opens them.
const HASH = '$2b$10$RaAobxg7GGVXVloTAF93NOxjj2AJ6od4sm1s/s.Vwwp8ac9YCBlxG';

const hasher: PasswordHasher = {
  hash: async (password) => {
    if (password !== PASSWORD) throw new Error('only one password is hashed already');
    return HASH;
  },
  verify: async () => false,
  needsRehash: () => false,
  isFull: () => false,
  close: async () => undefined,
};

type ProjectAccess = { endpoint: string; projectId: string; apiKey: string; settings: Record<string, string> };

/** Opens accounts with the deployed code in this process, which saves starting a function. */
export function enroller({ endpoint, projectId, apiKey, settings }: ProjectAccess) {
  const place = { APPWRITE_FUNCTION_API_ENDPOINT: endpoint, APPWRITE_FUNCTION_PROJECT_ID: projectId };
  // If a test sets a low limit, the accounts opened here must not be refused by it.
  const { REGISTRATIONS_PER_HOUR } = TEST_SETTINGS;
  const config = readConfig({ ...settings, ...place, REGISTRATIONS_PER_HOUR });
  const service = composeService(config, { createHasher: () => hasher });

  /** A token for a new account with PASSWORD. A role other than user is set as the admin command does. */
  return async (username: string, role: Role): Promise<string> => {
    const deps = openDeps(service, { key: apiKey, address: '127.0.0.1' });
    await register(deps, { username, password: PASSWORD, name: 'Test Person', phone: null });
    const account = await findByUsername(deps.store, username);
    if (!account) throw new Error('no such account');
    if (role !== 'user' && !(await deps.store.users.replace(account, { role }))) throw new Error('no such account');
    return (await issueToken(deps.tokens, { sub: account.$id, epoch: account.epoch })).token;
  };
}
