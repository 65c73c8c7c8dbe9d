import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAppwrite, startLocalAppwrite } from 'local-appwrite';
import { AppwriteException } from 'node-appwrite';
import { afterAll, beforeAll } from 'vitest';
import { openRemote, type Remote } from '#scripts/deploy/remote.ts';

export type Empty = { local: LocalAppwrite; remote: Remote; folder: string; restart(): Promise<void> };

/** A project with nothing in it, and a folder for whatever the tests make. */
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

/** Status and type of the refusal, as one line that reads well in an assertion. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppwriteException) return `${error.code} ${error.type}`;
    throw error;
  }
  return 'not refused';
}
