import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Marks a data folder as in use by this process; two servers on one folder would destroy each other's data. Throws if
 * another running process uses it; ignores the mark of a dead one. Returns a function that removes the mark.
 */
export function claimFolder(folder: string): () => void {
  const file = join(folder, 'server.pid');
  const owner = readOwner(file);
  if (owner !== undefined && owner !== process.pid && isRunning(owner)) {
    throw new Error(
      `${folder} is in use by another local Appwrite, process ${owner}. Stop it, or choose another DATA_DIR.`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readOwner(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
