import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAppwrite, startLocalAppwrite } from 'local-appwrite';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { originPaths } from '#scripts/project/routes.ts';

/** A local Appwrite with the built bundles, and the secret that signs their tokens. */
export type AttackProject = { local: LocalAppwrite; secret: string; close(): Promise<void> };

/** `variables` are further settings of the functions. */
export async function startProject(variables: Record<string, string> = {}): Promise<AttackProject> {
  const secret = randomBytes(48).toString('base64url');
  const dataDir = await mkdtemp(join(tmpdir(), 'attack-'));
  const settings = { TOKEN_SECRET: secret, BCRYPT_COST: '10', REGISTRATIONS_PER_HOUR: '1000000', ...variables };
  const local = await startLocalAppwrite({
    dataDir,
    config: PROJECT_FILE,
    origin: originPaths(),
    variables: { '*': settings },
  });
  return {
    local,
    secret,
    async close() {
      await local.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
