import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDeclaration } from '../deploy/declaration.ts';
import { explain, UsageError, wholeNumber } from './command.ts';
import { declarationFor, type Layout } from './layout.ts';

export const PROJECT_FILE = fileURLToPath(new URL('../../appwrite.json', import.meta.url));

/** The project file of a layout for the local Appwrite. */
export function localProject(layout: Layout) {
  const { layout: _layout, others: _others, ...content } = declarationFor(readDeclaration(PROJECT_FILE), layout);
  return { folder: dirname(PROJECT_FILE), content };
}

/** The port and data folder of the local Appwrite, from PORT and DATA_DIR. */
export function localAddress(env: NodeJS.ProcessEnv = process.env): { port: number; dataDir: string } {
  const port = wholeNumber('PORT', env.PORT || '3000', { min: 0, max: 65_535 });
  const dataDir = env.DATA_DIR || '.local';
  if (existsSync(dataDir) && !statSync(dataDir).isDirectory()) {
    throw new UsageError(`DATA_DIR must be a folder; ${dataDir} is a file.`);
  }
  return { port, dataDir };
}

/**
 * The token secret of a data folder. It is created once, so that tokens survive a restart. Throws UsageError if the
 * folder is not writable.
 */
export function tokenSecret(dataDir: string): string {
  const file = `${dataDir}/token-secret`;
  try {
    if (existsSync(file)) return readFileSync(file, 'utf8').trim();
    mkdirSync(dataDir, { recursive: true });
    const secret = randomBytes(48).toString('base64url');
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    return secret;
  } catch (error) {
    throw new UsageError(`DATA_DIR cannot be used: ${explain(error)}.`);
  }
}
