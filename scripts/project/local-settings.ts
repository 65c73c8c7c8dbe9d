import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const PROJECT_FILE = fileURLToPath(new URL('../../appwrite.json', import.meta.url));

/** Where the local Appwrite of this PORT and DATA_DIR is. */
export function localPlace(env: NodeJS.ProcessEnv = process.env): { port: number; dataDir: string } {
  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535');
  return { port, dataDir: env.DATA_DIR ?? '.local' };
}

/** The token secret of a data directory: made once, so that tokens survive a restart. */
export function tokenSecret(dataDir: string): string {
  const file = `${dataDir}/token-secret`;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true });
  const secret = randomBytes(48).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
