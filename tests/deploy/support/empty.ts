import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAppwrite, startLocalAppwrite } from 'local-appwrite';
import { AppwriteException } from 'node-appwrite';
import { afterAll, beforeAll } from 'vitest';
import { openRemote, type Remote } from '#scripts/deploy/remote.ts';

export type Empty = { local: LocalAppwrite; remote: Remote; folder: string; restart(): Promise<void> };

/** An empty project on a local Appwrite of its own, and a folder for the files of the tests. */
export function useEmpty(pace = 5): Empty {
  const folder = mkdtempSync(join(tmpdir(), 'complaints-management-'));
  const empty = { folder } as Empty;
  const start = async () => {
    empty.local = await startLocalAppwrite({ dataDir: join(folder, 'data'), projectId: 'empty', pace });
    empty.remote = openRemote({ endpoint: empty.local.endpoint, projectId: 'empty', key: empty.local.apiKey });
  };
  empty.restart = async () => {
    await empty.local.close();
    await start();
  };
  beforeAll(start);
  afterAll(async () => {
    await empty.local.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return empty;
}

/** The status and type of the error that the call rejects with, such as `404 row_not_found`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppwriteException) return `${error.code} ${error.type}`;
    throw error;
  }
  return 'not refused';
}
