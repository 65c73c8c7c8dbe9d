import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAppwrite, startLocalAppwrite } from 'local-appwrite';
import { AppwriteException } from 'node-appwrite';
import { afterAll, beforeAll } from 'vitest';
import { openRemote, type Remote } from '#scripts/deploy/remote.ts';

export type EmptyProject = { local: LocalAppwrite; remote: Remote; folder: string; restart(): Promise<void> };

/** An empty project on a local Appwrite of its own, and a folder for the files of the tests. */
export function useEmptyProject(pace = 5): EmptyProject {
  const folder = mkdtempSync(join(tmpdir(), 'complaints-management-'));
  const project = { folder } as EmptyProject;
  const start = async () => {
    project.local = await startLocalAppwrite({ dataDir: join(folder, 'data'), projectId: 'empty', pace });
    project.remote = openRemote({ endpoint: project.local.endpoint, projectId: 'empty', key: project.local.apiKey });
  };
  project.restart = async () => {
    await project.local.close();
    await start();
  };
  beforeAll(start);
  afterAll(async () => {
    await project.local.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return project;
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
